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
    log_megabytes: float = Field(
        50.0,
        ge=0,
        le=100_000,
        description="most that log.jsonl and its older files hold, in paper runs too; 0 keeps no log",
    )


class NotifyConfig(Settings):
    """The `[notify]` section. Where to is a secret: `ALPHASTRIKE_NOTIFY_URLS` in the environment."""

    events: tuple[Literal["start", "stop", "alert", "breaker", "note", "order"], ...] = Field(
        ("start", "stop", "alert", "breaker", "note"),
        description="what is told: start, stop, alert, breaker (its state moved), note (what a venue's "
        "account explained), order",
    )
    alert_seconds: float = Field(0.0, ge=0, description="least seconds between two alerts; 0 tells each")
    breaker_seconds: float = Field(0.0, ge=0, description="the same between two moves of the breaker")
    note_seconds: float = Field(60.0, ge=0, description="the same between two notes")
    order_seconds: float = Field(300.0, ge=0, description="the same between two orders")
