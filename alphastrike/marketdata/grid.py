"""Separate candle files joined into one regular grid of symbols and bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import CandleHistory, Floats, Integers
from alphastrike.domain.errors import DataError
from alphastrike.marketdata.faults import Fault, FileFault, utc
from alphastrike.marketdata.tables import CANDLE_COLUMNS, CandleTable

MAX_CELLS = 100_000_000
"""Largest grid, symbols times bars: 4.8 GB in its six columns."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a table's rows belong: a symbol's row of the grid and its bars."""

    table: CandleTable
    symbol: int
    bars: slice | NDArray[np.int64]


def joined(tables: Sequence[CandleTable]) -> dict[str, list[CandleTable]]:
    """Tables by symbol, in order of time; two that overlap are a `DataError` naming both.

    A gap between two files of one symbol is fine.
    """
    by_symbol: dict[str, list[CandleTable]] = {}
    for table in tables:
        by_symbol.setdefault(table.identity.symbol or "", []).append(table)
    for group in by_symbol.values():
        group.sort(key=lambda table: int(table.open_time_ms[0]))
        for earlier, later in pairwise(group):
            if later.open_time_ms[0] <= earlier.open_time_ms[-1]:
                raise _overlap(earlier, later)
    return dict(sorted(by_symbol.items()))


def history_of(series: dict[str, list[CandleTable]], interval_ms: int) -> CandleHistory:
    """Everything on the union of the files' times, NaN where a symbol has no candle.

    Takes the columns out of the tables while copying them, so that a large history is never in
    memory twice. Rows must have passed the checks and lie on the interval's grid.
    """
    tables = [table for group in series.values() for table in group]
    first = min(int(table.open_time_ms[0]) for table in tables)
    last = max(int(table.open_time_ms[-1]) for table in tables)
    bars = (last - first) // interval_ms + 1
    _require_size(len(series), bars, first, last)
    places = [
        _Place(table, symbol, _bars(table.open_time_ms, first, interval_ms))
        for symbol, group in enumerate(series.values())
        for table in group
    ]
    columns: dict[str, Any] = {name: _column(name, places, (len(series), bars)) for name in CANDLE_COLUMNS}
    return CandleHistory(
        symbols=tuple(series),
        interval_ms=interval_ms,
        open_time_ms=first + interval_ms * np.arange(bars, dtype=np.int64),
        **columns,
    )


def _column(name: str, places: list[_Place], shape: tuple[int, int]) -> Floats:
    grid = np.full(shape, np.nan)
    for place in places:
        values = place.table.columns.pop(name, None)
        if values is not None:
            grid[place.symbol, place.bars] = values
            del values
    _give_back_memory()
    return grid


def _give_back_memory() -> None:
    """Return what the file readers freed to the system, or it stays with the process for good."""
    import pyarrow as pa  # noqa: PLC0415

    pa.default_memory_pool().release_unused()


def _bars(ts_ms: Integers, first: int, interval_ms: int) -> slice | NDArray[np.int64]:
    start = (int(ts_ms[0]) - first) // interval_ms
    length = (int(ts_ms[-1]) - int(ts_ms[0])) // interval_ms + 1
    if length == len(ts_ms):
        return slice(start, start + length)
    return (ts_ms - first) // interval_ms


def _require_size(symbols: int, bars: int, first: int, last: int) -> None:
    if symbols * bars > MAX_CELLS:
        raise DataError(
            f"too much data for one run: {symbols} symbols from {utc(first)} to {utc(last)}\n"
            f"  observed: {symbols * bars:,} symbols x bars\n"
            f"  allowed:  {MAX_CELLS:,}\n"
            "  to do:    name fewer symbols, a shorter time or a longer interval; or look for a stray date"
        )


def _overlap(earlier: CandleTable, later: CandleTable) -> FileFault:
    start = int(later.open_time_ms[0])
    end = min(int(earlier.open_time_ms[-1]), int(later.open_time_ms[-1]))
    fault = Fault(
        rule=f"overlaps another file of {later.identity.symbol}: {_name(earlier.path, later.path)}",
        observed=f"both cover {utc(start)} to {utc(end)}",
        allowed="files of one symbol that do not share a time",
        advice="remove one of them, or import both into a store, which merges equal rows",
        row=1,
        column="time",
    )
    return FileFault(later.path, fault)


def _name(other: Path, path: Path) -> str:
    return other.name if other.parent == path.parent else str(other)
