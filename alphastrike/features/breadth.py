"""What the whole universe of symbols does."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.domain.series import LEAST_UNIVERSE
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import EWMA_WIDTH, ewma_step, fade_rows, span_decay

_HOURS = 24.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    is_return, window, decay, least = parameters
    ring = EWMA_WIDTH
    for bar in range(close.shape[1]):
        slot = (first + bar) % window
        known = 0.0
        total = 0.0
        for symbol in range(close.shape[0]):
            row = state[symbol]
            value = close[symbol, bar]
            average = ewma_step(row, 0, decay, window + 1, value)
            change = math.log(value / row[ring + slot])
            row[ring + slot] = value
            if math.isnan(average):
                out[symbol, bar] = math.nan
                continue
            out[symbol, bar] = 0.0
            known += 1.0
            if is_return == 1:
                total += change
            else:
                total += 1.0 if value > average else 0.0
        answer = total / known if known >= least else math.nan
        for symbol in range(close.shape[0]):
            out[symbol, bar] += answer


class Breadth:
    """Over the symbols that have traded unbroken for 24 h, one number for all of them.

    `breadth_24h` is the share above their 24 h exponential average, 0 to 1; `market_return_24h` their mean
    log return. NaN with fewer than five of them.
    """

    def __init__(self, *, is_return: bool) -> None:
        """The mean return, or the share."""
        self._is_return = is_return
        self.spec = FeatureSpec(
            name="market_return_24h" if is_return else "breadth_24h",
            unit="log return" if is_return else "share 0 to 1",
            lookback_hours=_HOURS,
            inputs=("close",),
            lowest=-10.0 if is_return else 0.0,
            highest=10.0 if is_return else 1.0,
            cadence_hours=1.0,
            across_symbols=True,
            least_symbols=LEAST_UNIVERSE,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_HOURS, interval_ms)
        decay = span_decay(window)
        return Fold(
            _fold,
            self.spec.inputs,
            (int(self._is_return), window, decay, LEAST_UNIVERSE),
            (len(symbols), EWMA_WIDTH + window),
            lookback_bars=1 + window,
            fade_bars=fade_rows(decay),
        )


plugins = (Breadth(is_return=False), Breadth(is_return=True))
