"""Whether conversations with models are kept, where, and for how long."""

from pathlib import Path

from pydantic import Field, field_validator

from alphastrike.domain.settings import Settings


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
        default=0, ge=0, le=36_500, description="`traces prune` removes what is older; 0 keeps everything"
    )
    queue: int = Field(
        default=10_000,
        ge=1,
        le=10_000_000,
        description="events waiting to be written; more are dropped",
    )

    @field_validator("url")
    @classmethod
    def _no_password(cls, value: str | None) -> str | None:
        place = (value or "").partition("://")[2].partition("/")[0]
        if ":" in place.rpartition("@")[0]:
            raise ValueError("a URL without a password: put it in PGPASSWORD or a password file")
        return value
