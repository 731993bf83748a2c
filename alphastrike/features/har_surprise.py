"""Volatility of the day against what its past foretold."""

import math
from typing import Any

from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.plugins import FeatureFold, FeatureSpec, Monitor
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.folds import Fold
from alphastrike.numerics.least_squares import clear_system, solve_system, system_width
from alphastrike.numerics.standing import forget

_DAYS = 60
_WEEK, _MONTH = 5, 22
_KEPT = _DAYS + _MONTH + 1
_UNKNOWNS = 4
_RIDGE = 1e-6
# State: previous close, rows since a gap, squares of the day so far, value held, logs of daily variance.
_CLOSE, _SEEN, _SUM, _HELD, _LOGS = 0, 1, 2, 3, 4
_SYSTEM = _LOGS + _KEPT
_INPUTS = _SYSTEM + system_width(_UNKNOWNS)


@compiled_without_allocation
def _load(row: Any, day: int) -> None:
    """Write 1 and the log variances of a day, its last five and its last 22 days to the inputs."""
    week = 0.0
    month = 0.0
    for back in range(_MONTH):
        value = row[_LOGS + (day - back) % _KEPT]
        month += value
        if back < _WEEK:
            week += value
    row[_INPUTS] = 1.0
    row[_INPUTS + 1] = row[_LOGS + day % _KEPT]
    row[_INPUTS + 2] = week / _WEEK
    row[_INPUTS + 3] = month / _MONTH


@compiled_without_allocation
def _foretold(row: Any) -> float:
    width = _UNKNOWNS + 1
    total = 0.0
    for index in range(_UNKNOWNS):
        total += row[_SYSTEM + index * width + _UNKNOWNS] * row[_INPUTS + index]
    return total


@compiled_without_allocation
def _surprise(row: Any, day: int) -> float:
    """Today's log variance less the forecast of the 60 days before, in their residuals' deviations."""
    width = _UNKNOWNS + 1
    clear_system(row, _SYSTEM, _UNKNOWNS, _RIDGE)
    for back in range(1, _DAYS + 1):
        _load(row, day - back - 1)
        target = row[_LOGS + (day - back) % _KEPT]
        for a in range(_UNKNOWNS):
            for b in range(_UNKNOWNS):
                row[_SYSTEM + a * width + b] += row[_INPUTS + a] * row[_INPUTS + b]
            row[_SYSTEM + a * width + _UNKNOWNS] += row[_INPUTS + a] * target
    if not solve_system(row, _SYSTEM, _UNKNOWNS):
        return math.nan
    squares = 0.0
    for back in range(1, _DAYS + 1):
        _load(row, day - back - 1)
        squares += (row[_LOGS + (day - back) % _KEPT] - _foretold(row)) ** 2
    _load(row, day - 1)
    error = row[_LOGS + day % _KEPT] - _foretold(row)
    return error / math.sqrt(squares / (_DAYS - _UNKNOWNS)) if squares > 0.0 else math.nan


@compiled_without_allocation
def _fold(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    (closes,) = columns
    per_day, lookback = parameters
    for symbol in range(closes.shape[0]):
        row = state[symbol]
        for bar in range(closes.shape[1]):
            close = closes[symbol, bar]
            if math.isnan(close):
                if not math.isnan(row[_SEEN]):
                    forget(row)
                out[symbol, bar] = math.nan
                continue
            number = first + bar
            change = math.log(close / row[_CLOSE])
            row[_CLOSE] = close
            row[_SEEN] = 1.0 if math.isnan(row[_SEEN]) else row[_SEEN] + 1.0
            row[_SUM] = change * change if number % per_day == 0 else row[_SUM] + change * change
            if (number + 1) % per_day == 0:
                day = number // per_day
                row[_LOGS + day % _KEPT] = math.log(row[_SUM]) if row[_SUM] > 0.0 else math.nan
                row[_HELD] = _surprise(row, day)
            out[symbol, bar] = row[_HELD] if row[_SEEN] >= lookback else math.nan


class HarSurprise:
    """Log variance of the UTC day less its HAR forecast, in standard deviations of the forecast's errors.

    HAR regresses a day's on those of the day, the five and the 22 days before (Corsi 2009), over the
    last 60 days. Sampled when the day closes and held; NaN when the price did not move for a day.
    """

    spec = FeatureSpec(
        name="har_surprise_z_60d",
        unit="standard deviations",
        lookback_hours=24.0 * (_KEPT + 1),
        inputs=("close",),
        monitor=Monitor.RANGE_ONLY,
        lowest=-100.0,
        highest=100.0,
        cadence_hours=1.0,
    )

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        per_day = max(1, DAY_MS // interval_ms)
        lookback = per_day * (_KEPT + 1)
        return Fold(
            _fold,
            self.spec.inputs,
            (per_day, lookback),
            (len(symbols), _INPUTS + _UNKNOWNS),
            lookback_bars=lookback,
        )


plugin = HarSurprise()
