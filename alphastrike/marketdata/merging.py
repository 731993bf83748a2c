"""Several candle files of one symbol as one, when they agree where they overlap."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.marketdata.faults import Fault, FileFault, utc
from alphastrike.marketdata.tables import STORE_COLUMNS, CandleTable

_MUST_AGREE = STORE_COLUMNS[:5]


def merge_candles(tables: Sequence[CandleTable]) -> CandleTable:
    """All rows in order of time, each time once; rows that disagree are a `DataError`.

    Prices and volume must be equal. What one file lacks (trades, taker volume) is taken from the
    other; where both have it the earlier file of the sequence stands.
    """
    if len(tables) == 1:
        return tables[0]
    merged = tables[0]
    for table in tables[1:]:
        merged = _pair(merged, table)
    return merged


def _pair(stored: CandleTable, added: CandleTable) -> CandleTable:
    union = np.union1d(stored.open_time_ms, added.open_time_ms)
    places = [np.searchsorted(union, table.open_time_ms) for table in (stored, added)]
    both = np.intersect1d(places[0], places[1], assume_unique=True)
    columns: dict[str, Floats] = {}
    for name in STORE_COLUMNS:
        parts = [
            _spread(table, name, where, len(union))
            for table, where in zip((stored, added), places, strict=True)
        ]
        if name in _MUST_AGREE:
            differs = parts[0][both] != parts[1][both]
            if differs.any():
                raise _conflict(stored, added, name, union[both[differs.argmax()]])
        if any(name in table.columns for table in (stored, added)):
            columns[name] = np.where(np.isnan(parts[0]), parts[1], parts[0])
    return replace(stored, open_time_ms=union, columns=columns)


def _spread(table: CandleTable, name: str, where: NDArray[np.intp], length: int) -> Floats:
    values = np.full(length, np.nan)
    if name in table.columns:
        values[where] = table.columns[name]
    return values


def _conflict(stored: CandleTable, added: CandleTable, name: str, ts_ms: np.int64) -> FileFault:
    rows = [int(np.searchsorted(table.open_time_ms, ts_ms)) for table in (stored, added)]
    fault = Fault(
        rule=f"disagrees with {stored.path} at {utc(int(ts_ms))}",
        observed=f"{name} {float(added.columns[name][rows[1]])!r}",
        allowed=f"{float(stored.columns[name][rows[0]])!r}, as there, or a time that it lacks",
        advice="find out which is right; to replace stored candles, delete the stored file first",
        row=rows[1] + 1,
        column=name,
    )
    return FileFault(added.path, fault)
