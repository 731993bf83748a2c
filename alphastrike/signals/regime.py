"""Causal market regimes: what kind of market each symbol is in, from its past closes only.

High volatility is a rank among past volatilities, a trend is Kaufman's efficiency ratio, the
rest is range; too little history is `unknown`, and nothing may be opened in it.
"""

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import MarketBlock
from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.signals.arrival import NEVER, arrival
from alphastrike.signals.config import RegimeConfig
from alphastrike.signals.kernel_regime import BINS, MEMORY, RULE, fold_regime

REGIMES = ("unknown", "range", "trend_up", "trend_down", "high_volatility")


class RegimeTracker:
    """The regime of a fixed set of symbols, judged once an hour (once a bar where bars are longer)."""

    def __init__(self, symbols: int, interval_ms: int, config: RegimeConfig) -> None:
        """Everything starts unknown."""
        self._rules = _rules(config, interval_ms)
        sample_hours = int(self._rules["bars_per_sample"][0]) * interval_ms / HOUR_MS
        remembered = max(2, round(config.history_days * 24 / sample_hours))
        trail = max(2, round(config.trend_hours / sample_hours))
        self._next_bar = np.full(1, NEVER, dtype=np.int64)
        self._memories = np.zeros(symbols, dtype=MEMORY)
        self._memories["last_close"] = np.nan
        self._counts = np.zeros((symbols, BINS), dtype=np.int32)
        self._histories = np.zeros((symbols, remembered), dtype=np.int16)
        self._trails = np.zeros((symbols, 2, trail))

    def advance(self, market: MarketBlock) -> NDArray[np.int8]:
        """Index into `REGIMES` at each close, (symbols, bars); unknown for a bar seen before."""
        place = arrival(market, int(self._next_bar[0]))
        if not place.follows:
            for name in ("returns", "trend_samples", "regime", "dwell"):
                self._memories[name] = 0
            self._memories["last_close"] = np.nan
        self._next_bar[0] = place.next_bar
        regimes = np.zeros(market.close.shape, dtype=np.int8)
        fold_regime(
            place.first_bar,
            np.ascontiguousarray(market.close[:, place.seen :]),
            self._memories,
            self._counts,
            self._histories,
            self._trails,
            self._rules,
            regimes[:, place.seen :],
        )
        return regimes

    def state(self) -> tuple[NDArray[np.generic], ...]:
        """The arrays that are the whole state, to be read or written in place."""
        return (self._next_bar, self._memories, self._counts, self._histories, self._trails)


def _rules(config: RegimeConfig, interval_ms: int) -> NDArray[np.void]:
    every = max(1, HOUR_MS // interval_ms)
    sample_hours = every * interval_ms / HOUR_MS
    half_life = config.volatility_half_life_hours * HOUR_MS / interval_ms
    rules = np.zeros(1, dtype=RULE)
    rules["bars_per_sample"] = every
    rules["bars_per_hour"] = HOUR_MS / interval_ms
    rules["keep"] = 0.5 ** (1.0 / half_life)
    rules["settle"] = bars_in(2.0 * config.volatility_half_life_hours, interval_ms)
    rules["warm_up"] = max(1, round(config.warm_up_days * 24 / sample_hours))
    rules["min_dwell"] = round(config.min_dwell_hours / sample_hours)
    for name in ("high_enter", "high_leave", "trend_enter", "trend_leave"):
        rules[name] = getattr(config, name)
    return rules
