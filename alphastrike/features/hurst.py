"""Whether returns persist over scales."""

import math
from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold

_WINDOW_HOURS = 512.0
_SAMPLE_HOURS = 4.0
_SMALLEST = 4
# State: previous close, rows since a gap, value held, returns, their profile.
_CLOSE, _SEEN, _HELD, _RETURNS = 0, 1, 2, 3


@compiled_without_allocation
def _fluctuation(row: Any, at: int, window: int, size: int) -> float:
    """Mean square about a straight line in each box of `size` rows of the profile."""
    boxes = window // size
    middle = 0.5 * (size - 1.0)
    spread = size * (size * size - 1.0) / 12.0
    total = 0.0
    for box in range(boxes):
        mean = 0.0
        tilt = 0.0
        for index in range(size):
            value = row[at + box * size + index]
            mean += value
            tilt += (index - middle) * value
        mean /= size
        slope = tilt / spread
        for index in range(size):
            total += (row[at + box * size + index] - mean - slope * (index - middle)) ** 2
    return total / (boxes * size)


@compiled_without_allocation
def _exponent(row: Any, number: int, window: int) -> float:
    """Slope of ln F on ln size, sizes doubling from a 64th to a quarter of the window."""
    profile = _RETURNS + window
    mean = 0.0
    for index in range(window):
        mean += row[_RETURNS + index]
    mean /= window
    total = 0.0
    for index in range(window):
        total += row[_RETURNS + (number + 1 + index) % window] - mean
        row[profile + index] = total
    size = max(_SMALLEST, window // 64)
    count, x, y, xx, xy = 0.0, 0.0, 0.0, 0.0, 0.0
    while size <= window // 4:
        square = _fluctuation(row, profile, window, size)
        if not square > 0.0:
            return math.nan
        a, b = math.log(size), 0.5 * math.log(square)
        count, x, y, xx, xy = count + 1.0, x + a, y + b, xx + a * a, xy + a * b
        size *= 2
    if count < 2.0:
        return math.nan
    return (xy - x * y / count) / (xx - x * x / count)


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    stride, window, lookback = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            value = close[symbol, bar]
            number = first + bar
            row[_RETURNS + number % window] = math.log(value / row[_CLOSE])
            row[_CLOSE] = value
            if math.isnan(value):
                row[_SEEN] = 0.0
            else:
                row[_SEEN] = 1.0 if math.isnan(row[_SEEN]) else row[_SEEN] + 1.0
            if (number + 1) % stride == 0 and row[_SEEN] > window:
                row[_HELD] = _exponent(row, number, window)
            out[symbol, bar] = row[_HELD] if row[_SEEN] >= lookback else math.nan


class Hurst:
    """Scaling exponent of detrended fluctuation analysis, first order, over 512 h of log returns.

    0.5 is a random walk, above it moves persist. Sampled every 4 h and held. Source: Peng et al. 1994.
    """

    spec = FeatureSpec(
        name="hurst_512h",
        unit="exponent",
        lookback_hours=_WINDOW_HOURS + _SAMPLE_HOURS - 1.0,
        inputs=("close",),
        monitor=Monitor.RANGE_ONLY,
        lowest=-2.0,
        highest=3.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        stride = max(1, int(_SAMPLE_HOURS * HOUR_MS) // interval_ms)
        window = max(4 * _SMALLEST, bars_in(_WINDOW_HOURS, interval_ms))
        lookback = 1 + window + stride - 1
        return Fold(
            _fold,
            self.spec.inputs,
            (stride, window, lookback),
            (len(symbols), _RETURNS + 2 * window),
            lookback_bars=lookback,
        )


plugin = Hurst()
