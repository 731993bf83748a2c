"""How paper and live trading are set up before their first close."""

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


class LiveConfig(Settings):
    """The `[live]` section."""

    allow_mainnet: bool = Field(
        default=False,
        description="real money may be traded, where the command line asks for it as well",
    )
    most_clock_skew_ms: int = Field(
        1_000, ge=1, le=60_000, description="ms this machine's clock may differ from the venue's at the start"
    )
    least_balance: float = Field(
        10.0, gt=0, description="free balance, quote, below which nothing is started"
    )
