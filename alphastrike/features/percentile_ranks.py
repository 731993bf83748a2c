"""Liquidity and volatility against their own recent past."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.standing import UNCOUNTED, rank_step, rank_width
from alphastrike.numerics.windows import sum_step, sum_width

_ILLIQUIDITY, _SPREAD, _RANGE_VARIANCE, _VARIANCE = 0, 1, 2, 3
_CLOSE_TERM = 2.0 * math.log(2.0) - 1.0
_SPREAD_TERM = 3.0 - 2.0 * math.sqrt(2.0)
_DAY_HOURS = 24.0
# State: previous close, high and low, then the window sum, then the rank's rows.
_CLOSE, _HIGH, _LOW, _SUM = 0, 1, 2, 3


@compiled_without_allocation
def _spread(row: Any, high: float, low: float) -> float:
    """Corwin and Schultz's spread of two bars, a fraction of the price; 0 where it comes out negative."""
    ranges = math.log(high / low) ** 2 + math.log(row[_HIGH] / row[_LOW]) ** 2
    both = math.log(max(high, row[_HIGH]) / min(low, row[_LOW])) ** 2
    alpha = (math.sqrt(2.0 * ranges) - math.sqrt(ranges)) / _SPREAD_TERM - math.sqrt(both / _SPREAD_TERM)
    grown = math.exp(alpha)
    return max(0.0 * alpha, 2.0 * (grown - 1.0) / (1.0 + grown))


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    opening, highs, lows, closes, volumes = columns
    what, day, window = parameters
    rank_at = _SUM + 1 + day
    for symbol in range(closes.shape[0]):
        row = state[symbol]
        for bar in range(closes.shape[1]):
            high, low, close = highs[symbol, bar], lows[symbol, bar], closes[symbol, bar]
            change = math.log(close / row[_CLOSE])
            if what == _ILLIQUIDITY:
                traded = close * volumes[symbol, bar]
                value = abs(change) / traded if traded != 0.0 else UNCOUNTED + change
            elif what == _SPREAD:
                value = _spread(row, high, low)
            elif what == _RANGE_VARIANCE:
                spread, body = math.log(high / low), math.log(close / opening[symbol, bar])
                value = max(0.5 * spread * spread - _CLOSE_TERM * body * body, 0.0 * body)
                value = sum_step(row, _SUM, day, (first + bar) % day, value)
            else:
                value = sum_step(row, _SUM, day, (first + bar) % day, change * change)
            row[_CLOSE], row[_HIGH], row[_LOW] = close, high, low
            out[symbol, bar] = rank_step(row, rank_at, window, (first + bar) % window, value)


class PercentileRank:
    """Share of the preceding hours with a smaller value, 0 to 1.

    `amihud_rank_720h`: |r| over quote volume (Amihud 2002), bars without trades left out.
    `spread_rank_720h`: spread from highs and lows (Corwin and Schultz 2012).
    `garman_klass_rank_720h`: variance of 24 h from ranges (Garman and Klass 1980).
    `volatility_rank_2160h`: squared returns of 24 h.
    """

    def __init__(self, name: str, what: int, hours: float, own_hours: float) -> None:
        """Declare the rank over `hours` of a value that itself takes `own_hours` beyond its bar."""
        self._what = what
        self._hours = hours
        self._own_hours = own_hours
        self.spec = FeatureSpec(
            name=name,
            unit="rank 0 to 1",
            lookback_hours=hours + max(own_hours, 1.0),
            inputs=("open", "high", "low", "close", "volume"),
            monitor=Monitor.RANGE_ONLY,
            lowest=0.0,
            highest=1.0,
            cadence_hours=1.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(self._hours, interval_ms)
        day = bars_in(_DAY_HOURS, interval_ms) if self._own_hours else 0
        before = 0 if self._what == _RANGE_VARIANCE else 1
        return Fold(
            _fold,
            self.spec.inputs,
            (self._what, day, window),
            (len(symbols), _SUM + sum_width(day) + rank_width(window)),
            lookback_bars=window + before + max(day, 1),
        )


plugins = (
    PercentileRank("amihud_rank_720h", _ILLIQUIDITY, 720.0, 0.0),
    PercentileRank("spread_rank_720h", _SPREAD, 720.0, 0.0),
    PercentileRank("garman_klass_rank_720h", _RANGE_VARIANCE, 720.0, _DAY_HOURS),
    PercentileRank("volatility_rank_2160h", _VARIANCE, 2160.0, _DAY_HOURS),
)
