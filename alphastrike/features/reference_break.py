"""Whether a symbol has come loose from bitcoin, and where it went."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.domain.series import REFERENCE_SYMBOL
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.windows import sum_step, sum_width

_SHORT_HOURS = 24.0
_LONG_HOURS = 720.0
_MOST = 0.9999


@compiled_without_allocation
def _correlation(own: float, led: float, joint: float) -> float:
    """Fisher's atanh of the correlation about zero means."""
    scale = own * led
    if not scale > 0.0:
        return math.nan
    return math.atanh(max(-_MOST, min(_MOST, joint / math.sqrt(scale))))


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    leader, short, long, is_move = parameters
    near, far = 1 + short, 1 + long
    far_at = 2 + 5 * near
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            if leader < 0 or symbol == leader:
                out[symbol, bar] = math.nan
                continue
            own = math.log(close[symbol, bar] / row[0])
            led = math.log(close[leader, bar] / row[1])
            row[0], row[1] = close[symbol, bar], close[leader, bar]
            slot, place = (first + bar) % short, (first + bar) % long
            own_near = sum_step(row, 2, short, slot, own * own)
            led_near = sum_step(row, 2 + near, short, slot, led * led)
            joint_near = sum_step(row, 2 + 2 * near, short, slot, own * led)
            own_move = sum_step(row, 2 + 3 * near, short, slot, own)
            led_move = sum_step(row, 2 + 4 * near, short, slot, led)
            own_far = sum_step(row, far_at, long, place, own * own)
            led_far = sum_step(row, far_at + far, long, place, led * led)
            joint_far = sum_step(row, far_at + 2 * far, long, place, own * led)
            beta = joint_far / led_far if led_far > 0.0 else math.nan
            rest = own_far - beta * joint_far
            if is_move == 0:
                broken = _correlation(own_near, led_near, joint_near)
                out[symbol, bar] = broken - _correlation(own_far, led_far, joint_far)
            else:
                scale = math.sqrt(rest / long * short) if rest > 0.0 else math.nan
                out[symbol, bar] = (own_move - beta * led_move) / scale


class ReferenceBreak:
    """Correlation with bitcoin over 24 h against that over 720 h, and the symbol's own move of the 24 h.

    `reference_break` is atanh(rho 24 h) - atanh(rho 720 h). `own_return_24h_over_vol` is the return that
    beta does not explain, in its own standard deviations. NaN for bitcoin itself and without its candles.
    """

    def __init__(self, *, is_move: bool) -> None:
        """The symbol's own move, or the change of correlation."""
        self._is_move = is_move
        self.spec = FeatureSpec(
            name="own_return_24h_over_vol" if is_move else "reference_break",
            unit="standard deviations" if is_move else "Fisher's z",
            lookback_hours=_LONG_HOURS,
            inputs=("close",),
            monitor=Monitor.RANGE_ONLY,
            lowest=-100.0 if is_move else -20.0,
            highest=100.0 if is_move else 20.0,
            cadence_hours=1.0,
            across_symbols=True,
            needs_symbol=REFERENCE_SYMBOL,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        short, long = bars_in(_SHORT_HOURS, interval_ms), bars_in(_LONG_HOURS, interval_ms)
        leader = symbols.index(REFERENCE_SYMBOL) if REFERENCE_SYMBOL in symbols else -1
        return Fold(
            _fold,
            self.spec.inputs,
            (leader, short, long, int(self._is_move)),
            (len(symbols), 2 + 5 * sum_width(short) + 3 * sum_width(long)),
            lookback_bars=1 + long,
        )


plugins = (ReferenceBreak(is_move=False), ReferenceBreak(is_move=True))
