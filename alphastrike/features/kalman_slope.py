"""The slope of a trend that may change."""

import math
from typing import Any

from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, fade_rows, half_life_decay
from alphastrike.numerics.standardized_change import deviation_step

_WARM_UP_HOURS = 200.0
_HALF_LIFE_HOURS = 24.0
_LEVEL_NOISE, _SLOPE_NOISE, _PRICE_NOISE = 1.0, 1e-3, 0.1  # in squared sigmas of a bar
_DIFFUSE = 1e4
_LEVEL = 1 + EWMA_WIDTH
_SLOPE, _PLL, _PLS, _PSS = _LEVEL + 1, _LEVEL + 2, _LEVEL + 3, _LEVEL + 4
_FORGETTING = 0.983  # the filter's slowest mode at these noises


@compiled_without_allocation
def _filter(row: Any, level: float) -> None:
    """One step of the filter: predict, then correct by the price."""
    if math.isnan(row[_LEVEL]) or math.isnan(level):
        row[_LEVEL], row[_SLOPE] = level, 0.0 * level
        row[_PLL], row[_PLS], row[_PSS] = _PRICE_NOISE, 0.0, _DIFFUSE
        return
    expected = row[_LEVEL] + row[_SLOPE]
    pll = row[_PLL] + 2.0 * row[_PLS] + row[_PSS] + _LEVEL_NOISE
    pls = row[_PLS] + row[_PSS]
    pss = row[_PSS] + _SLOPE_NOISE
    error = level - expected
    total = pll + _PRICE_NOISE
    row[_LEVEL] = expected + pll / total * error
    row[_SLOPE] += pls / total * error
    row[_PLL] = pll - pll * pll / total
    row[_PLS] = pls - pll * pls / total
    row[_PSS] = pss - pls * pls / total


@compiled_without_allocation
def _fold(_first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    decay, warm = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            value = close[symbol, bar]
            sigma = deviation_step(row, 1, decay, warm, math.log(value / row[0]))
            row[0] = value
            _filter(row, math.log(value))
            out[symbol, bar] = row[_SLOPE] / (sigma * math.sqrt(row[_PSS]))


class KalmanSlope:
    """Slope of a local linear trend in ln C over its standard error (Harvey 1989).

    Noises of level, slope and price are 1, 0.001 and 0.1 of one bar's variance, half-life 24 h.
    """

    spec = FeatureSpec(
        name="kalman_slope_t",
        unit="standard errors",
        lookback_hours=_WARM_UP_HOURS,
        inputs=("close",),
        monitor=Monitor.RANGE_ONLY,
        lowest=-1000.0,
        highest=1000.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        decay = half_life_decay(_HALF_LIFE_HOURS * HOUR_MS / interval_ms)
        warm = bars_in(_WARM_UP_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (decay, warm),
            (len(symbols), 6 + EWMA_WIDTH),
            lookback_bars=1 + warm,
            fade_bars=max(fade_rows(decay), fade_rows(_FORGETTING)),
        )


plugin = KalmanSlope()
