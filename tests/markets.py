"""Small markets and configurations for tests that run the whole engine."""

from typing import Any

import numpy as np

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.funding import FundingHistory
from alphastrike.marketdata.synthetic.config import SyntheticConfig, embedded_default
from alphastrike.marketdata.synthetic.market import SyntheticMarket, generate

COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")

# Few signals, and references and warm-up short enough that a small market gets past them.
EAGER: dict[str, Any] = {
    "validation": {
        "reference_hours": 500,
        "short_window_hours": 72,
        "long_window_hours": 240,
    },
    "signals": {
        "enabled": ["of_cmf", "of_taker_imb", "pa_donchian", "pa_rsi", "pa_strev", "st_stretch", "vo_vwap"],
        "decay": {"cold_start": "equal_weights"},
        "regime": {"warm_up_days": 2},
    },
}


def small_market(
    seed: int = 5, hours: int = 1_600, symbols: tuple[str, ...] = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
) -> SyntheticMarket:
    """A few symbols of the embedded market's kind."""
    settings = embedded_default().model_dump() | {"symbols": symbols, "length_hours": hours, "seed": seed}
    return generate(SyntheticConfig.model_validate(settings))


def with_gaps(history: CandleHistory, seed: int) -> CandleHistory:
    """The same market with missing candles: single ones, a long stretch, a late listing."""
    chance = np.random.default_rng(seed)
    missing = chance.random(history.close.shape) < 0.002
    missing[-1, :200] = True
    missing[0, 900:960] = True
    return replaced(history, lambda values: np.where(missing, np.nan, values))


def replaced(history: CandleHistory, change: Any) -> CandleHistory:
    """The history with `change` applied to every column."""
    columns = {name: change(getattr(history, name)) for name in COLUMNS}
    return CandleHistory(history.symbols, history.interval_ms, history.open_time_ms, **columns)


def configured(**sections: Any) -> AlphaStrikeConfig:
    """A validated configuration from section dictionaries."""
    return AlphaStrikeConfig.model_validate(sections)


def no_rates(symbols: tuple[str, ...]) -> FundingHistory:
    """No funding at all."""
    return FundingHistory(
        symbols, np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(len(symbols) + 1, dtype=np.int64)
    )
