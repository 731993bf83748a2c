"""Fear, told from price alone."""

import math
from typing import Any

from alphastrike.domain.intervals import bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.smoothing import WILDER_WIDTH, fade_rows, wilder_step
from alphastrike.numerics.standing import rank_step, rank_width
from alphastrike.numerics.windows import max_step, sum_step, sum_width

_WINDOW_HOURS = 720.0
_DAY_HOURS = 24.0
_STRENGTH_HOURS = 14.0


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    highs, closes = columns
    window, day, strength, rank = parameters
    loss_at = 1 + WILDER_WIDTH
    top_at = loss_at + WILDER_WIDTH
    fall_at = top_at + 1 + window
    sum_at = fall_at + rank
    wild_at = sum_at + 1 + day
    for symbol in range(closes.shape[0]):
        row = state[symbol]
        slot = first % window
        for bar in range(closes.shape[1]):
            close = closes[symbol, bar]
            change = math.log(close / row[0])
            row[0] = close
            gain = wilder_step(row, 1, strength, strength, max(change, 0.0 * change))
            loss = wilder_step(row, loss_at, strength, strength, max(-change, 0.0 * change))
            weak = loss / (gain + loss) if gain + loss != 0.0 else 0.5 + 0.0 * gain
            fall = 1.0 - close / max_step(row, top_at, window, slot, highs[symbol, bar])
            wild = sum_step(row, sum_at, day, (first + bar) % day, change * change)
            depth = rank_step(row, fall_at, window, slot, fall)
            storm = rank_step(row, wild_at, window, slot, wild)
            out[symbol, bar] = (depth + storm + weak) / 3.0
            slot += 1
            if slot == window:
                slot = 0


class Fear:
    """Mean of three ranks and shares from 0 to 1: fall from the 30-day high, volatility of 24 h, weakness.

    The first two are ranks among the last 720 h, the third is 1 - RSI(14 h) / 100 of log returns.
    """

    spec = FeatureSpec(
        name="fear_720h",
        unit="share 0 to 1",
        lookback_hours=2.0 * _WINDOW_HOURS,
        inputs=("high", "close"),
        monitor=Monitor.RANGE_ONLY,
        lowest=0.0,
        highest=1.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        window, day = bars_in(_WINDOW_HOURS, interval_ms), bars_in(_DAY_HOURS, interval_ms)
        strength = bars_in(_STRENGTH_HOURS, interval_ms)
        rank = rank_width(window)
        return Fold(
            _fold,
            self.spec.inputs,
            (window, day, strength, rank),
            (len(symbols), 1 + 2 * WILDER_WIDTH + sum_width(window) + 2 * rank + sum_width(day)),
            lookback_bars=2 * window,
            fade_bars=fade_rows(1.0 - 1.0 / strength),
        )


plugin = Fear()
