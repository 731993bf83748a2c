"""The days around the turn of the month."""

import math
from typing import Any

from alphastrike.domain.intervals import DAY_MS, HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.calendar import day_in_month, days_of_month, month_number
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold

_TURNS = 12
_AFTER_DAYS = 3
_MONTH_HOURS = 31.0 * DAY_MS / HOUR_MS
# State: close before the last day of the month, rows since a gap, value held, returns.
_START, _SEEN, _HELD, _RETURNS = 0, 1, 2, 3


@compiled_without_allocation
def _judged(row: Any) -> float:
    """The t statistic of the returns kept."""
    mean = 0.0
    for index in range(_TURNS):
        mean += row[_RETURNS + index]
    mean /= _TURNS
    squares = 0.0
    for index in range(_TURNS):
        squares += (row[_RETURNS + index] - mean) ** 2
    return mean / math.sqrt(squares / (_TURNS - 1.0) / _TURNS) if squares > 0.0 else math.nan


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (close,) = columns
    is_day, per_day, lookback = parameters
    for symbol in range(close.shape[0]):
        row = state[symbol]
        for bar in range(close.shape[1]):
            value = close[symbol, bar]
            # The day that the next bar belongs to, counted from the first of its month.
            day = (first + bar + 1) // per_day
            into, length = day_in_month(day), days_of_month(day)
            if is_day == 1:
                distance = float(into) if into < length - 1 else -1.0
                out[symbol, bar] = distance + 0.0 * value
                continue
            if math.isnan(value):
                row[_SEEN] = 0.0
            else:
                row[_SEEN] = 1.0 if math.isnan(row[_SEEN]) else row[_SEEN] + 1.0
            if (first + bar + 1) % per_day == 0:
                if into == length - 1:
                    row[_START] = value
                elif into == _AFTER_DAYS:
                    row[_RETURNS + month_number(day) % _TURNS] = math.log(value / row[_START])
                    row[_HELD] = _judged(row)
            out[symbol, bar] = row[_HELD] if row[_SEEN] >= lookback else math.nan


class TurnOfMonth:
    """Where the next bar lies in its month, and what the turns of the last twelve months brought.

    `day_of_turn` is -1 on a month's last day and counts from 0 on its first. `turn_of_month_t` is the t
    statistic of the twelve log returns from before the last day to after the third (Ariel 1987).
    """

    def __init__(self, *, is_day: bool) -> None:
        """The place in the month, or the record."""
        self._is_day = is_day
        self.spec = FeatureSpec(
            name="day_of_turn" if is_day else "turn_of_month_t_12m",
            unit="days" if is_day else "t statistic",
            lookback_hours=0.0 if is_day else (_TURNS + 1) * _MONTH_HOURS,
            inputs=("close",),
            monitor=Monitor.RANGE_ONLY,
            lowest=-1.0 if is_day else -1000.0,
            highest=30.0 if is_day else 1000.0,
            cadence_hours=1.0,
        )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        per_day = bars_in(DAY_MS / HOUR_MS, interval_ms)
        lookback = 1 if self._is_day else bars_in((_TURNS + 1) * _MONTH_HOURS, interval_ms)
        return Fold(
            _fold,
            self.spec.inputs,
            (int(self._is_day), per_day, lookback),
            (len(symbols), _RETURNS + _TURNS),
            lookback_bars=lookback,
        )


plugins = (TurnOfMonth(is_day=True), TurnOfMonth(is_day=False))
