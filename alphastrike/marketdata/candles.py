"""Candle files loaded for a run: strictly checked, joined, on one grid, with their provenance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from alphastrike.domain.blocks import CandleHistory
from alphastrike.marketdata.checks import candle_faults, commonest_step, interval_label
from alphastrike.marketdata.faults import Fault, FileFault, utc
from alphastrike.marketdata.fingerprint import candles_hash
from alphastrike.marketdata.grid import history_of, joined
from alphastrike.marketdata.selection import (
    FoundFile,
    Selection,
    find_candle_files,
    require_one_interval,
    require_symbols,
    selection_of,
)
from alphastrike.marketdata.tables import CANDLE_COLUMNS, CandleTable


@dataclass(frozen=True, slots=True)
class CandleData:
    """Loaded candles and where they came from.

    `content_hash` is `fingerprint.candles_hash`. `venue` and `market` ("perp", "spot") are None
    when no file says. `label` names the venue for people. `skipped` lists the files and
    symbols of a folder that were left out, each with the reason.
    """

    history: CandleHistory
    content_hash: str
    venue: str | None
    market: str | None
    label: str
    files: tuple[Path, ...]
    skipped: tuple[tuple[Path, str], ...]


def load_candles(
    path: Path,
    *,
    symbols: Sequence[str] | None = None,
    interval: str | None = None,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> CandleData:
    """Load a candle file, a folder of them, or a store.

    The grid is the union of all symbols' times, from the first candle to the last, NaN where a
    symbol has none; open times lie in [start_ms, end_ms). The interval is the one asked for, else
    the files' own. A gap is no error; everything else that is wrong with a file is a `DataError`
    with its row.
    """
    wanted = selection_of(symbols, interval, start_ms, end_ms)
    found, skipped = find_candle_files(path, wanted)
    tables, other = _of_interval(path, [read_candles(each) for each in found], wanted)
    require_symbols(wanted, (table.identity.symbol for table in tables), path)
    venue = _the_one(path, "venue", {table.identity.venue for table in tables})
    market = _the_one(path, "market", {table.identity.market for table in tables})
    files = tuple(table.path for table in tables)
    length = _interval_of(tables[0])
    series, empty = _within(path, joined(tables), wanted)
    del tables
    history = history_of(series, length)
    return CandleData(
        history=history,
        content_hash=candles_hash(history),
        venue=venue,
        market=market,
        label=venue or "unnamed venue",
        files=files,
        skipped=(*skipped, *other, *empty),
    )


def read_candles(found: FoundFile, columns: Sequence[str] = CANDLE_COLUMNS) -> CandleTable:
    """Read one candle file and refuse it when a row breaks a rule or no symbol is known."""
    table = found.format.read(found.path, columns)
    if not isinstance(table, CandleTable):
        raise TypeError(f"{found.path} was identified as candles and read as something else")
    table = replace(table, identity=table.identity.filled_from(found.identity))
    for fault in candle_faults(table):
        raise FileFault(found.path, fault)
    if table.identity.symbol is None:
        raise FileFault(found.path, _no_symbol(found.path))
    if table.identity.interval_ms is None:
        step = commonest_step(table.open_time_ms)
        table = replace(table, identity=replace(table.identity, interval_ms=step))
    return table


def _interval_of(table: CandleTable) -> int:
    return table.identity.interval_ms or 0


def _of_interval(
    path: Path, tables: list[CandleTable], wanted: Selection
) -> tuple[list[CandleTable], list[tuple[Path, str]]]:
    """Tables of the wanted interval, or of the only one there is; the others with the reason."""
    single = wanted.interval_ms
    tables = [_with_interval(table, single) for table in tables]
    skipped = [
        (table.path, f"its interval is {interval_label(_interval_of(table))}")
        for table in tables
        if single not in {None, _interval_of(table)}
    ]
    left_out = {file for file, _ in skipped}
    kept = [table for table in tables if table.path not in left_out]
    if not kept:
        fault = Fault(
            rule="wrong interval",
            observed="; ".join(f"{file.name}: {reason}" for file, reason in skipped[:4]),
            allowed=interval_label(single or 0),
            advice="correct --interval, or name the folder of that interval",
        )
        raise FileFault(path, fault)
    require_one_interval(path, {_interval_of(table): table.path for table in reversed(kept)})
    return kept, skipped


def _with_interval(table: CandleTable, asked: int | None) -> CandleTable:
    """The table with an interval; one row on its own tells none and takes the one asked for."""
    if table.identity.interval_ms is not None:
        return table
    if asked is None:
        fault = Fault("unknown interval", "one row", "two rows, or an interval", "give --interval")
        raise FileFault(table.path, fault)
    table = replace(table, identity=replace(table.identity, interval_ms=asked))
    for fault in candle_faults(table):
        raise FileFault(table.path, fault)
    return table


def _the_one(path: Path, what: str, names: set[str | None]) -> str | None:
    known = sorted(name for name in names if name is not None)
    if len(known) > 1:
        fault = Fault(
            rule=f"files of several {what}s",
            observed=", ".join(known),
            allowed=f"one {what} a run: one account trades there",
            advice="keep each in its own folder and name one",
        )
        raise FileFault(path, fault)
    return known[0] if known else None


def _within(
    path: Path, series: dict[str, list[CandleTable]], wanted: Selection
) -> tuple[dict[str, list[CandleTable]], list[tuple[Path, str]]]:
    """The rows inside the wanted time; symbols without any are left out, or an error if asked for."""
    start = wanted.start_ms if wanted.start_ms is not None else -(2**62)
    end = wanted.end_ms if wanted.end_ms is not None else 2**62
    inside = {symbol: [_cut(table, start, end) for table in group] for symbol, group in series.items()}
    kept = {symbol: [table for table in group if len(table.open_time_ms)] for symbol, group in inside.items()}
    empty = [symbol for symbol, group in kept.items() if not group]
    if len(empty) == len(kept) or (empty and wanted.symbols is not None):
        raise _no_rows_inside(path, {symbol: series[symbol] for symbol in empty}, wanted)
    reasons = [(series[symbol][0].path, f"no candle of {symbol} in the time asked for") for symbol in empty]
    return {symbol: group for symbol, group in kept.items() if group}, reasons


def _cut(table: CandleTable, start_ms: int, end_ms: int) -> CandleTable:
    ts_ms = table.open_time_ms
    first, last = (int(row) for row in np.searchsorted(ts_ms, (start_ms, end_ms)))
    if last - first == len(ts_ms):
        return table
    # Copies, so that the rows outside are freed with the table.
    columns = {name: values[first:last].copy() for name, values in table.columns.items()}
    return CandleTable(table.path, table.identity, ts_ms[first:last].copy(), columns)


def _no_rows_inside(path: Path, empty: dict[str, list[CandleTable]], wanted: Selection) -> FileFault:
    tables = [table for group in empty.values() for table in group]
    first = min(int(table.open_time_ms[0]) for table in tables)
    last = max(int(table.open_time_ms[-1]) for table in tables)
    start = "the start" if wanted.start_ms is None else utc(wanted.start_ms)
    end = "the end" if wanted.end_ms is None else utc(wanted.end_ms)
    fault = Fault(
        rule=f"no candle of {', '.join(list(empty)[:5])} in the time asked for",
        observed=f"from {start} to {end}",
        allowed=f"a time that meets the data: {utc(first)} to {utc(last)}",
        advice="correct --start or --end",
    )
    return FileFault(path, fault)


def _no_symbol(path: Path) -> Fault:
    return Fault(
        rule="unknown symbol",
        observed=f"neither metadata nor the name {path.name!r} name one",
        allowed="a name that starts with the symbol, like BTCUSDT-1h.csv or BTC_USDT_USDT-1h.feather",
        advice="rename the file",
    )
