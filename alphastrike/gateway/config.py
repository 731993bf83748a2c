"""Limits of the data gateway."""

from pydantic import Field

from alphastrike.domain.settings import Settings


class GatewayConfig(Settings):
    """When a candle is not to be trusted."""

    jump_fraction: float = Field(
        default=0.25,
        gt=0,
        le=2,
        description="Smallest log return of one candle that counts as a jump, a fraction; a jump is more "
        "often bad data than a price one could trade at.",
    )
    jump_sigmas: float = Field(
        default=12.0,
        ge=3,
        le=100,
        description="A jump must also exceed this many standard deviations of one candle's return, so "
        "that wild markets are not halted for being wild.",
    )
    jump_half_life_hours: float = Field(
        default=24.0,
        gt=0,
        le=720,
        description="Half-life in hours of the squared returns that give that standard deviation.",
    )
    frozen_closes: int = Field(
        default=6,
        ge=2,
        le=1000,
        description="Candles in a row with one and the same price throughout, after which the feed "
        "counts as frozen.",
    )
    frozen_silent: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="Candles in a row with neither range nor volume after which the feed counts as frozen.",
    )
    stale_after_bars: float = Field(
        default=2.0,
        ge=1,
        le=100,
        description="Age in bars, from its close to the event that brings it, beyond which a candle is too "
        "old to trade on. Known only where candles arrive one by one.",
    )
    most_early_seconds: float = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="Seconds before its end that a candle may arrive, by this machine's clock; beyond them a "
        "clock is wrong, and no age can be told.",
    )
    recovery_hours: float = Field(
        default=360.0,
        ge=0,
        le=8760,
        description="Hours a symbol stays halted after a gap at most: the longest look-back of up to so many "
        "is waited for. Features that look back further abstain until theirs is full.",
    )
    absent_after_hours: float = Field(
        default=24.0,
        gt=0,
        le=720,
        description="Hours without a candle after which a symbol counts as not trading (no_candle) "
        "rather than as having a gap.",
    )
