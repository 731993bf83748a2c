"""Series beside the candles as they are."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.standing import rank_step, rank_width

_PLAIN, _TILT, _RANK = 0, 1, 2


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    close, left, right = columns
    what, window = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            value = left[symbol, bar] + 0.0 * close[symbol, bar]
            if what == _TILT:
                value = math.log1p(value) - math.log1p(right[symbol, bar])
            elif what == _RANK:
                value = rank_step(row, 0, window, (first + bar) % window, value)
            out[symbol, bar] = value


class SeriesLevel:
    """The last known value of a series, ln(1 + a) - ln(1 + b) of two, or its rank among the last hours.

    NaN while it is not known.
    """

    def __init__(
        self, name: str, inputs: tuple[str, str], bounds: tuple[float, float], hours: float = 0.0
    ) -> None:
        """Declare the feature of one series named twice, or of two; `hours` makes it a rank."""
        self._hours = hours
        self._what = _RANK if hours else _TILT if inputs[0] != inputs[1] else _PLAIN
        self.spec = FeatureSpec(
            name=name,
            unit="rank 0 to 1" if hours else "log ratio" if self._what == _TILT else "as the series",
            lookback_hours=hours,
            inputs=("close", *inputs),
            monitor=Monitor.RANGE_ONLY,
            lowest=bounds[0],
            highest=bounds[1],
            cadence_hours=1.0 if hours else 0.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(self._hours, interval_ms) if self._hours else 0
        return Fold(
            _fold,
            self.spec.inputs,
            (self._what, window),
            (len(symbols), rank_width(window) if window else 0),
            lookback_bars=1 + window,
        )


def _plain(name: str, lowest: float, highest: float) -> SeriesLevel:
    return SeriesLevel(name, (name, name), (lowest, highest))


plugins = (
    _plain("fear_greed", 0.0, 100.0),
    _plain("predicted_funding", -0.2, 0.2),
    _plain("book_imbalance", -1.0, 1.0),
    _plain("microprice_gap", -1.000001, 1.000001),
    _plain("trade_clustering", 0.0, 1.0),
    SeriesLevel("liquidation_tilt", ("liquidated_long", "liquidated_short"), (-40.0, 40.0)),
    SeriesLevel("trade_clustering_rank_720h", ("trade_clustering", "trade_clustering"), (0.0, 1.0), 720.0),
)
