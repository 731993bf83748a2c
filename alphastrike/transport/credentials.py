"""A venue key from the environment or from a file only its owner can read; never anywhere else."""

import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from alphastrike.domain.errors import ConfigError

_FIELDS = ("api_key", "api_secret", "passphrase", "private_key", "account_address")
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs requests. Every part is masked wherever it is printed; absent parts are empty."""

    api_key: SecretStr = field(default_factory=lambda: SecretStr(""))
    api_secret: SecretStr = field(default_factory=lambda: SecretStr(""))
    passphrase: SecretStr = field(default_factory=lambda: SecretStr(""))
    private_key: SecretStr = field(default_factory=lambda: SecretStr(""))
    account_address: SecretStr = field(default_factory=lambda: SecretStr(""))

    @classmethod
    def of(cls, parts: Mapping[str, str]) -> "Credentials":
        """From plain texts, those not named left empty."""
        return cls(**{name: SecretStr(parts[name]) for name in _FIELDS if name in parts})


def load_credentials(venue: str, environment: Mapping[str, str], file: Path | None = None) -> Credentials:
    """`ALPHASTRIKE_<VENUE>_API_KEY` and so on, else the table of the venue in a TOML file of mode 0600.

    `ConfigError` for a file that others can read; its message holds names and modes, never values.
    """
    prefix = f"ALPHASTRIKE_{venue.upper().replace('-', '_')}_"
    found = {
        name: environment[prefix + name.upper()] for name in _FIELDS if prefix + name.upper() in environment
    }
    if found or file is None:
        return Credentials.of(found)
    return Credentials.of(_table(venue, file))


def _table(venue: str, file: Path) -> dict[str, str]:
    try:
        mode = file.stat().st_mode
        if mode & _OTHERS_MAY:
            raise ConfigError(
                f"credentials: {file} has mode {stat.S_IMODE(mode):04o}, allowed 0600; run chmod 600 on it"
            )
        table = tomllib.loads(file.read_text(encoding="utf-8")).get(venue, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"credentials: {file} cannot be read as TOML: {type(error).__name__}") from None
    unknown = sorted(set(table) - set(_FIELDS))
    if unknown:
        raise ConfigError(
            f"credentials: {file} [{venue}]: observed {unknown[0]}, allowed {', '.join(_FIELDS)}"
        )
    return {name: str(value) for name, value in table.items()}
