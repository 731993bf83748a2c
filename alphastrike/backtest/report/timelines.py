"""Decisions and signal weights summed up per stretch of time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.backtest.result import RunResult
from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.intervals import DAY_MS, HOUR_MS

_LENGTHS = (HOUR_MS, 4 * HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS)
_MAX_STRETCHES = 400
_HOURLY_BELOW = 20 * DAY_MS
_STAGES = 9  # index 0: nothing halted


@dataclass(frozen=True, slots=True)
class Timeline:
    """`share` (rows, stretches); `start_ms` (stretches,) of equal length `length_ms`."""

    start_ms: Integers
    length_ms: int
    share: Floats


def halt_timeline(result: RunResult) -> Timeline | None:
    """Share of symbol-time each stage stopped; row 0 is what passed, row k what stage k halted.

    A decision row holds from its bar until the symbol's next row, so a journal of changes and a
    journal of every bar give the same picture. Time before a symbol's first row is nobody's.
    """
    history, decisions = result.history, result.decisions
    if not decisions.size or not history.open_time_ms.size:
        return None
    start, end = int(history.open_time_ms[0]), int(history.open_time_ms[-1]) + history.interval_ms
    length = _stretch_length(end - start)
    edges = np.arange(start // length, -(-end // length) + 1, dtype=np.int64) * length
    spent = np.zeros((_STAGES, edges.size - 1))
    symbol_of = np.ascontiguousarray(decisions["symbol"])
    stage_of = (np.ascontiguousarray(decisions["code"]) // 100).astype(np.int8)
    for symbol in range(len(history.symbols)):
        own = np.flatnonzero(symbol_of == symbol)
        if own.size:
            # The row of a bar describes the bar, which began one interval before its close.
            since = decisions["ts_ms"][own] + 1 - history.interval_ms
            spent += _time_per_stretch(since, stage_of[own], end, edges)
    known = spent.sum(axis=0)
    share = np.divide(spent, known, out=np.zeros_like(spent), where=known > 0)
    return Timeline(edges[:-1], length, share)


def weight_timeline(result: RunResult) -> Timeline | None:
    """Each signal's last known weight per stretch, (signals, stretches); NaN before its first record."""
    signals, names = result.signals, result.catalogue.names
    if not signals.size or not names:
        return None
    start, end = int(signals["ts_ms"][0]), int(signals["ts_ms"][-1]) + 1
    length = _stretch_length(end - start)
    starts = np.arange(start // length, -(-end // length), dtype=np.int64) * length
    stretch = (signals["ts_ms"] - starts[0]) // length
    weight = np.full((len(names), starts.size), np.nan)
    # Records are in time order: the last assignment to a cell is the latest record in it.
    weight[signals["signal"], stretch] = signals["weight"]
    for row in weight:
        known = np.maximum.accumulate(np.where(np.isfinite(row), np.arange(row.size), -1))
        row[:] = np.where(known >= 0, row[np.maximum(known, 0)], np.nan)
    return Timeline(starts, length, weight)


def _stretch_length(duration_ms: int) -> int:
    shortest = HOUR_MS if duration_ms <= _HOURLY_BELOW else DAY_MS
    fitting = [length for length in _LENGTHS if length >= shortest and duration_ms <= _MAX_STRETCHES * length]
    return fitting[0] if fitting else _LENGTHS[-1]


def _time_per_stretch(since: Integers, stage: NDArray[np.int8], end: int, edges: Integers) -> Floats:
    until = np.append(since[1:], end)
    times = np.append(since, end)
    held = (until - since).astype(np.float64)
    spent = np.zeros((_STAGES, edges.size - 1))
    for value in np.unique(stage):
        total = np.concatenate(([0.0], np.cumsum(np.where(stage == value, held, 0.0))))
        spent[value] = np.diff(np.interp(edges, times, total))
    return spent
