"""Whether conversations with models are kept, where, and for how long."""

import re
from pathlib import Path

from pydantic import Field, field_validator

from alphastrike.domain.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


class RedactConfig(Settings):
    """The `[traces.redact]` section."""

    custom: dict[str, str] = Field(
        default={},
        description="regular expressions by name; `traces export` writes <REDACTED:name> for what they match",
    )

    @field_validator("custom")
    @classmethod
    def _all_compile(cls, patterns: dict[str, str]) -> dict[str, str]:
        for name, pattern in patterns.items():
            if not _NAME.fullmatch(name):
                raise ValueError(f"names of letters, digits, - and _; {name!r} is none")
            try:
                matches_nothing = re.compile(pattern).search("") is not None
            except re.error as error:
                raise ValueError(f"regular expressions; {name} is none: {error}") from None
            if matches_nothing:
                raise ValueError(f"patterns that need a letter to match; {name} matches the empty text")
        return patterns


class TracesConfig(Settings):
    """The `[traces]` section."""

    enabled: bool = Field(default=False, description="record what is said to and by a model")
    acknowledged_terms: bool = Field(
        default=False,
        description="true says: I have read the terms of the models I use on training with their output. "
        "Nothing is recorded before both are true",
    )
    path: Path = Field(
        default=Path("data/state/traces.db"), description="SQLite file, in the current folder when relative"
    )
    url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of another database, such as postgresql+psycopg://user@host/name. "
        "The password belongs in PGPASSWORD",
    )
    retention_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="a run that records, and `traces prune`, remove what is older; 0 keeps everything",
    )
    queue: int = Field(
        default=10_000,
        ge=1,
        le=10_000_000,
        description="events waiting to be written; more are dropped",
    )
    redact: RedactConfig = RedactConfig()

    @field_validator("url")
    @classmethod
    def _no_password(cls, value: str | None) -> str | None:
        place = (value or "").partition("://")[2].partition("/")[0]
        if ":" in place.rpartition("@")[0]:
            raise ValueError("a URL without a password: put it in PGPASSWORD or a password file")
        return value
