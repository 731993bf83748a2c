"""Whether returns trend or revert at the scale of hours."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.windows import sum_step, sum_width

_WINDOW_HOURS = 336.0
_LONG_HOURS = 6.0
# State: last close, recent returns, window sums.
_CLOSE, _RETURNS = 0, 1


@compiled_without_allocation
def _z_score(row: Any, long: int, window: int, sample: int) -> float:
    """Push the newest return's products into the window sums and judge them."""
    slot = sample % window
    width = 1 + window
    sums = _RETURNS + long
    newest = row[_RETURNS + sample % long]
    squares = sum_step(row, sums, window, slot, newest * newest)
    asymptotic = 0.0
    together = newest
    for lag in range(1, long):
        lagged = row[_RETURNS + (sample - lag) % long]
        together += lagged
        product = newest * newest * lagged * lagged
        weight = 2.0 * (long - lag) / long
        asymptotic += weight * weight * sum_step(row, sums + lag * width, window, slot, product)
    joint = sum_step(row, sums + long * width, window, slot, together * together)
    if not asymptotic > 0.0:
        return math.nan
    return (joint / long - squares) / math.sqrt(asymptotic)


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    long, window = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            sample = first + bar
            value = close[symbol, bar]
            row[_RETURNS + sample % long] = math.log(value / row[_CLOSE])
            row[_CLOSE] = value
            out[symbol, bar] = _z_score(row, long, window, sample)


class VarianceRatio:
    """z-score of VR(6 h) = Var(6 h return) / (6 Var(1 h return)) over 336 h; above 0 it trends.

    Robust to changing volatility: z = (VR - 1) / √θ, θ = Σ_j (2 (q - j) / q)² Σ r²_t r²_{t-j} /
    (Σ r²_t)², with the mean return taken as zero (Lo and MacKinlay 1988). NaN when the price did not
    move.
    """

    spec = FeatureSpec(
        name="variance_ratio_z_336h",
        unit="standard deviations",
        lookback_hours=_WINDOW_HOURS + _LONG_HOURS,
        inputs=("close",),
        lowest=-100.0,
        highest=100.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_WINDOW_HOURS, interval_ms)
        long = max(2, bars_in(_LONG_HOURS, interval_ms))
        return Fold(
            _fold,
            self.spec.inputs,
            (long, window),
            (len(symbols), _RETURNS + long + (1 + long) * sum_width(window)),
            lookback_bars=window + long,
        )


plugin = VarianceRatio()
