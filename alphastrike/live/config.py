"""How paper trading is set up before its first close."""

from typing import Literal

from pydantic import Field

from alphastrike.domain.settings import Settings


class PaperConfig(Settings):
    """The `[paper]` section."""

    interval: Literal["1m", "5m", "15m", "1h", "4h"] = Field(
        "5m", description="candle interval of the embedded market; each close is one decision"
    )
    warm_up_days: int = Field(
        250,
        ge=1,
        le=1000,
        description="market before the first close traded on: look-backs, references and evidence need it",
    )
    most_days: int = Field(
        30, ge=1, le=3650, description="length of the embedded market after its warm-up; the run ends with it"
    )
