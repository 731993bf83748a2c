"""Where settings come from: the file, the environment and the command line."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from alphastrike.app.toml_lines import KeyPath, key_lines, line_of
from alphastrike.domain.errors import ConfigError

FILE_NAME = "alphastrike.toml"
ENVIRONMENT_PREFIX = "ALPHASTRIKE__"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value somebody wrote: under which key, and where. `is_text`: one line that may hold a list."""

    path: KeyPath
    value: object
    origin: str
    is_text: bool = False


def find_file(named: Path | None) -> Path | None:
    """The file asked for, or `alphastrike.toml` in the current folder when there is one."""
    if named is None:
        here = Path(FILE_NAME)
        return here if here.is_file() else None
    if not named.is_file():
        raise ConfigError(
            f"--config: observed {named}, allowed a TOML file that exists; see `alphastrike init`"
        )
    return named


def file_settings(path: Path) -> list[Setting]:
    """Every value in a TOML file, in its order."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin with a byte order mark
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text: byte {error.start} cannot be read") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    lines = key_lines(text)
    return [Setting(key, value, f"{path}:{line_of(key, lines)}") for key, value in _leaves((), tables)]


def environment_settings(environment: Mapping[str, str]) -> list[Setting]:
    """Values of `ALPHASTRIKE__SECTION__KEY` variables, sorted by name."""
    names = sorted(name for name in environment if name.startswith(ENVIRONMENT_PREFIX))
    keys = [tuple(name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")) for name in names]
    return [
        Setting(key, environment[name], f"environment {name}", is_text=True)
        for name, key in zip(names, keys, strict=True)
    ]


def option_settings(options: Iterable[tuple[str, str, object]]) -> list[Setting]:
    """Values of command-line options, each (option as typed, dotted key, value); None unsets a key."""
    return [
        Setting(tuple(key.split(".")), value, f"option {option}", is_text=True)
        for option, key, value in options
    ]


def _leaves(path: KeyPath, table: Mapping[str, object]) -> Iterator[tuple[KeyPath, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves((*path, key), value)
        else:
            yield (*path, key), value
