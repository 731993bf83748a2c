"""The one kind of configuration section: frozen, typed, and closed to unknown keys."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A section of `alphastrike.toml`. Lives in the room it configures; read only by `app`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
