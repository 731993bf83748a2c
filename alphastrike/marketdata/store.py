"""The Parquet store: `<root>/<venue>/<interval>/<SYMBOL>.parquet` and `<venue>/funding/`.

A write puts every file of one call in place, or none.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.funding import FundingHistory
from alphastrike.marketdata.checks import interval_label
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.identity import market_of
from alphastrike.marketdata.parquet_writing import commit, staged_candles, staged_funding, staged_series
from alphastrike.marketdata.series import SeriesColumn
from alphastrike.marketdata.tables import STORE_COLUMNS, CandleTable, FileIdentity, FundingTable, Kind

_Series = CandleTable | FundingTable | SeriesColumn
_KIND_OF_FOLDER = {"funding": Kind.FUNDING, "series": Kind.SERIES}
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """One file of a store. `interval` is None for all but candles; times are the first and last row's."""

    path: Path
    venue: str
    kind: str
    interval: str | None
    symbol: str
    rows: int
    start_ms: int
    end_ms: int


def list_store(root: Path) -> tuple[StoredSeries, ...]:
    """Every file of the store, sorted by path; a folder that does not exist is a `DataError`."""
    if not root.is_dir():
        fault = Fault("no such folder", "nothing there", "the root of a store", "name it, or import first")
        raise FileFault(root, fault)
    files = sorted(file for file in root.glob("*/*/*.parquet") if not file.name.startswith("."))
    return tuple(_described(file) for file in files)


def save_history(history: CandleHistory, root: Path, venue: str) -> tuple[StoredSeries, ...]:
    """Write candles made here, not read from files; what the store holds of them is replaced."""
    series: dict[Path, Callable[[], _Series]] = {}
    for row, symbol in enumerate(history.symbols):
        identity = FileIdentity(Kind.CANDLES, symbol, venue, history.interval_ms, market_of(venue))
        target = place_of(root, identity)
        series[target] = partial(_candles_of, history, row, identity, target)
    return write_series(series)


def save_funding(funding: FundingHistory, root: Path, venue: str) -> tuple[StoredSeries, ...]:
    """Write funding rates made here; what the store holds of their symbols is replaced."""
    series: dict[Path, Callable[[], _Series]] = {}
    for row, symbol in enumerate(funding.symbols):
        identity = FileIdentity(Kind.FUNDING, symbol, venue, None, market_of(venue))
        target = place_of(root, identity)
        series[target] = partial(FundingTable, target, identity, *funding.of(row))
    return write_series(series)


def place_of(root: Path, identity: FileIdentity) -> Path:
    """Where a series with a whole identity is kept."""
    folder = "funding" if identity.kind is Kind.FUNDING else interval_label(identity.interval_ms or 0)
    for name in (identity.venue, identity.symbol):
        # Both may come out of a file's metadata, and a file must not choose where it is written.
        if name is None or not _SAFE_NAME.fullmatch(name):
            fault = Fault("not a name", repr(name), "letters, digits, _ and -", "give --venue and --symbol")
            raise FileFault(root, fault)
    return root / str(identity.venue) / folder / f"{identity.symbol}.parquet"


def write_series(series: Mapping[Path, Callable[[], _Series]]) -> tuple[StoredSeries, ...]:
    """Make every series in turn and put them all in place once the last one is written.

    A fault while making any of them leaves the store as it was.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for target in sorted(series):
            # One at a time: what is written before a fault must be known to be removed.
            staged.append((_staged(target, series[target]()), target))  # noqa: PERF401
        commit(staged)
    finally:
        for hidden, _ in staged:
            hidden.unlink(missing_ok=True)
    return tuple(_described(target) for target in sorted(series))


def _staged(target: Path, table: _Series) -> Path:
    if isinstance(table, FundingTable):
        return staged_funding(target, table.identity, table.ts_ms, table.rate)
    if isinstance(table, SeriesColumn):
        return staged_series(target, table)
    return staged_candles(target, table)


def _candles_of(history: CandleHistory, row: int, identity: FileIdentity, target: Path) -> CandleTable:
    held = ~np.isnan(history.close[row])
    columns = {name: getattr(history, name)[row][held] for name in STORE_COLUMNS if hasattr(history, name)}
    return CandleTable(target, identity, history.open_time_ms[held], columns)


def _described(file: Path) -> StoredSeries:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        metadata = pq.read_metadata(file)
    except (pa.ArrowInvalid, OSError) as error:
        observed = str(error).splitlines()[0][:120]
        fault = Fault("not a readable Parquet file", observed, "a file of the store", "import it again")
        raise FileFault(file, fault) from None
    first, last = _time_range(metadata)
    folder = file.parent.name
    return StoredSeries(
        path=file,
        venue=file.parent.parent.name,
        kind=_KIND_OF_FOLDER.get(folder, Kind.CANDLES).value,
        interval=None if folder in _KIND_OF_FOLDER else folder,
        symbol=file.stem,
        rows=metadata.num_rows,
        start_ms=first,
        end_ms=last,
    )


def _time_range(metadata: Any) -> tuple[int, int]:
    """First and last time by the file's own statistics; (0, 0) of a file without rows."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    times = [group.column(0).statistics for group in groups if group.num_rows]
    return min((each.min for each in times), default=0), max((each.max for each in times), default=0)
