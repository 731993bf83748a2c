"""Settings of the market data room: when `verify` speaks up."""

from pydantic import Field

from alphastrike.domain.settings import Settings


class MarketdataConfig(Settings):
    """Limits of the data check. None of them changes what a run reads."""

    jump_fraction: float = Field(
        default=0.25,
        gt=0.0,
        le=10.0,
        description="Fraction of the previous close (0.25 = 25 %). A larger move between two adjacent "
        "closes is reported: real ones are rare enough to look at, bad ticks are not.",
    )
    zero_volume_bars: int = Field(
        default=3,
        ge=1,
        le=10_000,
        description="Bars. As many in a row without any volume are reported: a halt or an outage.",
    )
    frozen_close_bars: int = Field(
        default=12,
        ge=2,
        le=10_000,
        description="Bars. As many in a row with one and the same close are reported: a stuck feed, "
        "or a tick too coarse for the interval.",
    )
    truncated_volume_fraction: float = Field(
        default=0.05,
        ge=0.0,
        le=1.0,
        description="Fraction of the median volume of the 24 candles before. A last candle below it "
        "is reported as probably still forming when the file was saved.",
    )
    spot_match_fraction: float = Field(
        default=0.5,
        gt=0.0,
        le=1.0,
        description="Fraction of common bars. At least as many closes equal to a spot reference mean "
        "that the file is spot: a perpetual carries a basis and rarely prints the same price.",
    )
    usual_funding_rate: float = Field(
        default=0.003,
        gt=0.0,
        le=0.1,
        description="Fraction of notional. A larger median funding rate is reported as probably percent: "
        "venues settle around 0.0001, which a file in percent shows as 0.01.",
    )
    findings_per_rule: int = Field(
        default=20,
        ge=1,
        le=1_000_000,
        description="Findings. The most that one rule reports of one file; the last one says how many "
        "more there are.",
    )
