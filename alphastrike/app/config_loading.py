"""The configuration of a run, merged from every source, with every fault named at once."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_faults import Fault, faults_of
from alphastrike.app.config_keys import problem_with, takes_list
from alphastrike.app.config_sources import (
    Setting,
    environment_settings,
    file_settings,
    find_file,
    option_settings,
)
from alphastrike.app.config_strategies import strategy_table_faults
from alphastrike.app.toml_lines import KeyPath
from alphastrike.domain.errors import ConfigError

_SCREEN, _WIDTH = 18, 100  # rows of problems shown, a long one is several; the rest are counted


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A valid configuration, and where each value that is not a default was written."""

    config: AlphaStrikeConfig
    origins: Mapping[KeyPath, str]
    file: Path | None


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One key with its value as a user may see it (secrets masked) and its origin."""

    key: str
    value: object
    origin: str


def load_config(
    file: Path | None,
    environment: Mapping[str, str],
    options: Iterable[tuple[str, str, object]] = (),
) -> LoadedConfig:
    """Merge file, environment and command line, the later one winning; `ConfigError` names every fault.

    Each of `options` is (option as typed, dotted key, value).
    """
    found = find_file(file)
    written = file_settings(found) if found else []
    settings = [*written, *environment_settings(environment), *option_settings(options)]
    problems: list[str] = []
    merged: dict[KeyPath, Setting] = {}
    for setting in settings:
        problem = problem_with(AlphaStrikeConfig, setting.path, setting.value)
        if problem:
            problems.append(f"{setting.origin}: {Fault(setting.path, problem)}")
        else:
            merged[setting.path] = setting
    origins = {path: setting.origin for path, setting in merged.items()}
    config, faults = _validated(_nested(merged.values()))
    problems += [f"{_place(fault.path, origins)}: {fault}" for fault in faults]
    if problems or config is None:
        raise ConfigError(_one_screen(problems))
    values = {path: origins[path] for path in merged if not isinstance(merged[path].value, Mapping)}
    return LoadedConfig(config, values, found)


def shown_values(loaded: LoadedConfig) -> list[ShownValue]:
    """Every key of the merged configuration in order, with the origin of its value."""
    tables = loaded.config.model_dump(mode="json")
    return [
        ShownValue(".".join(path), value, _origin(path, loaded.origins) or "default")
        for path, value in _leaves((), tables)
    ]


def _validated(tables: dict[str, Any]) -> tuple[AlphaStrikeConfig | None, list[Fault]]:
    try:
        config = AlphaStrikeConfig.model_validate(tables)
    except ValidationError as error:
        return None, list(faults_of(error))
    return config, strategy_table_faults(config)


def _nested(settings: Iterable[Setting]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for setting in settings:
        table = tables
        for part in setting.path[:-1]:
            table = table.setdefault(part, {})
        if isinstance(setting.value, Mapping):
            table.setdefault(setting.path[-1], {})
        else:
            table[setting.path[-1]] = _value(setting)
    return tables


def _value(setting: Setting) -> object:
    """A value as pydantic takes it: lists from one line are split at commas or read as TOML."""
    text = setting.value
    if not setting.is_text or not isinstance(text, str) or not takes_list(AlphaStrikeConfig, setting.path):
        return text
    if text.lstrip().startswith("["):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return text
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _origin(path: KeyPath, origins: Mapping[KeyPath, str]) -> str | None:
    for length in range(len(path), 0, -1):
        if path[:length] in origins:
            return origins[path[:length]]
    return None


def _place(path: KeyPath, origins: Mapping[KeyPath, str]) -> str:
    """Where the value of a key was written, or all values of a section that contradict each other."""
    below = sorted({origin for key, origin in origins.items() if key[: len(path)] == path})
    return _origin(path, origins) or ", ".join(below) or "default"


def _leaves(path: KeyPath, table: Mapping[str, Any]) -> Iterator[tuple[KeyPath, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves((*path, key), value)
        else:
            yield (*path, key), value


def _one_screen(problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    filled = list(accumulate(1 + len(problem) // _WIDTH for problem in problems))
    shown = sum(row <= _SCREEN for row in filled)
    rest = [f"  and {len(problems) - shown} more"] if shown < len(problems) else []
    rows = [f"  {problem}" for problem in problems[:shown]]
    return "\n".join([f"{len(problems)} problems in the configuration:", *rows, *rest])
