"""What bitcoin did that a symbol has not done yet."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec
from alphastrike.domain.series import REFERENCE_SYMBOL
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.standing import z_step, z_width
from alphastrike.numerics.windows import sum_step, sum_width

_WINDOW_HOURS = 168.0
# State: the symbol's previous close, bitcoin's, beta, then windows.
_OWN, _LEADER, _BETA, _JOINT = 0, 1, 2, 3


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    leader, window = parameters
    square_at = _JOINT + 1 + window
    z_at = square_at + 1 + window
    for symbol in range(close.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(close.shape[1]):
            if leader < 0 or symbol == leader:
                out[symbol, bar] = math.nan
                continue
            own = math.log(close[symbol, bar] / row[_OWN])
            led = math.log(close[leader, bar] / row[_LEADER])
            row[_OWN], row[_LEADER] = close[symbol, bar], close[leader, bar]
            out[symbol, bar] = z_step(row, z_at, window, slot, row[_BETA] * led - own, 1.0)
            joint = sum_step(row, _JOINT, window, slot, own * led)
            square = sum_step(row, square_at, window, slot, led * led)
            row[_BETA] = joint / square if square > 0.0 else 0.0 * square
            slot += 1
            if slot == window:
                slot = 0


class ReferenceLead:
    """z-score over 168 h of beta · bitcoin's return less the symbol's, beta that of the 168 h before.

    NaN for bitcoin itself and without its candles. Source: Lo and MacKinlay 1990.
    """

    spec = FeatureSpec(
        name="reference_lead_z_168h",
        unit="standard deviations",
        lookback_hours=2.0 * _WINDOW_HOURS + 1.0,
        inputs=("close",),
        lowest=-1000.0,
        highest=1000.0,
        cadence_hours=1.0,
        across_symbols=True,
        needs_symbol=REFERENCE_SYMBOL,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window = bars_in(_WINDOW_HOURS, interval_ms)
        leader = symbols.index(REFERENCE_SYMBOL) if REFERENCE_SYMBOL in symbols else -1
        return Fold(
            _fold,
            self.spec.inputs,
            (leader, window),
            (len(symbols), _JOINT + 2 * sum_width(window) + z_width(window)),
            lookback_bars=2 + 2 * window,
        )


plugin = ReferenceLead()
