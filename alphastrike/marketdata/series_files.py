"""Files of series beside candles, recognised by the columns they have."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.series import SERIES, is_flow
from alphastrike.marketdata.arrow_tables import numbers
from alphastrike.marketdata.delimited import head_of, read_text
from alphastrike.marketdata.faults import Fault, FileFault, utc
from alphastrike.marketdata.header import resolve
from alphastrike.marketdata.instants import instants_ms
from alphastrike.marketdata.reading import files_in, recognised
from alphastrike.marketdata.series import EVERY_SYMBOL, SeriesColumn
from alphastrike.marketdata.series_store import stored_series
from alphastrike.marketdata.tables import CandleTable, FileIdentity, Kind
from alphastrike.marketdata.ticks import book_columns, quote_columns, trade_columns

_DAY_MS = 24 * HOUR_MS
_LATE_MS = 5 * 60_000  # statistics of a venue are there some minutes after the time they carry
_PRICES = {Kind.MARK: "mark_price", Kind.INDEX: "index_price"}


def _plain(values: Floats) -> Floats:
    return values


def _change(steps: int) -> Callable[[Floats], Floats]:
    def of(values: Floats) -> Floats:
        return np.concatenate([np.full(min(steps, len(values)), np.nan), values[steps:] - values[:-steps]])

    return of


def _growth(steps: int) -> Callable[[Floats], Floats]:
    return lambda values: _change(steps)(np.log(values))


# Column of a file: the series it becomes, what is done to it, and how long after its time it is known.
_COLUMNS: dict[str, tuple[str, Callable[[Floats], Floats], int]] = {
    "dxy": ("dollar_return_5d", _growth(5), _DAY_MS),
    "spx": ("equity_return_1d", _growth(1), _DAY_MS),
    "ndx": ("equity_return_1d", _growth(1), _DAY_MS),
    "us2y": ("rates_change_5d", _change(5), _DAY_MS),
    "btc_dominance": ("dominance_change_5d", _change(5), _DAY_MS),
    "stablecoin_supply": ("stablecoin_growth_7d", _growth(7), _DAY_MS),
}


def read_series(path: Path) -> tuple[SeriesColumn, ...]:
    """Every series of a file, or of the files of a folder; a file named on its own must hold one."""
    if path.is_file():
        columns = tuple(series_of(path))
        if not columns:
            fault = Fault(
                rule="no series beside candles",
                observed=f"a file of kind {recognised(path).identify(path).kind.value}",
                allowed=f"a time and one of {', '.join(sorted({*SERIES, *_COLUMNS}))}; trades; best quotes",
                advice="name its columns like these",
            )
            raise FileFault(path, fault)
        return columns
    files = files_in(path) or [each for folder in sorted(path.glob("*/*/")) for each in files_in(folder)]
    return tuple(column for file in files for column in series_of(file))


def series_of(path: Path, told: FileIdentity | None = None) -> Iterator[SeriesColumn]:
    """The series of a file; none for candles and funding. `told` is what the file does not say itself."""
    form = recognised(path)
    identity = form.identify(path)
    identity = identity if told is None else identity.filled_from(told)
    if identity.kind in _PRICES:
        table = form.read(path, ("open", "high", "low", "close", "volume"))
        if isinstance(table, CandleTable):
            yield _price(path, table, identity.filled_from(table.identity))
    elif identity.kind is Kind.SERIES:
        yield stored_series(path)
    elif identity.kind not in {Kind.CANDLES, Kind.FUNDING}:
        yield from _of_table(path, _table(path), identity)


def _price(path: Path, table: CandleTable, identity: FileIdentity) -> SeriesColumn:
    length = identity.interval_ms or int(np.median(np.diff(table.open_time_ms)))
    known = table.open_time_ms + length - 1
    return _checked(path, _PRICES[identity.kind], identity, known, table.columns["close"])


def _of_table(path: Path, table: Any, identity: FileIdentity) -> Iterator[SeriesColumn]:
    header = resolve(table.column_names)
    if header.time is None:
        return
    ts_ms = instants_ms(path, table.column(header.time), header.time, header.time_unit)
    made = _of_ticks(path, table, ts_ms)
    if made is None:
        yield from _of_columns(path, table, ts_ms, identity)
        return
    for series, available_ms, values, step_ms in made:
        yield replace(_checked(path, series, identity, available_ms, values), step_ms=step_ms)


def _of_ticks(path: Path, table: Any, ts_ms: Integers) -> Iterator[tuple[str, Integers, Floats, int]] | None:
    """Trades, best quotes or a book, summed up; None of a table that is none of them."""
    names = set(table.column_names)

    def column(name: str) -> Floats:
        return numbers(path, table.column(name), name)

    if {"price", "qty", "is_buyer_maker"} <= names:
        sold = np.asarray(table.column("is_buyer_maker").to_pylist(), dtype=bool)
        return trade_columns(ts_ms, column("qty"), sold)
    if {"bid", "bid_qty", "ask", "ask_qty"} <= names:
        return quote_columns(ts_ms, *(column(name) for name in ("bid", "bid_qty", "ask", "ask_qty")))
    if {"side", "price", "qty"} <= names:
        bids = np.asarray([side == "bid" for side in table.column("side").to_pylist()], dtype=bool)
        return book_columns(ts_ms, bids, column("price"), column("qty"))
    return None


def _of_columns(path: Path, table: Any, ts_ms: Integers, identity: FileIdentity) -> Iterator[SeriesColumn]:
    """The columns that are, or become, a series by their names."""
    for name in table.column_names:
        series, how, late_ms = _meaning(name)
        if series is not None:
            values = numbers(path, table.column(name), name)
            held = np.isfinite(values)
            yield _checked(path, series, identity, ts_ms[held] + late_ms, how(values[held]))


def _meaning(name: str) -> tuple[str | None, Callable[[Floats], Floats], int]:
    if name in _COLUMNS:
        return _COLUMNS[name]
    if name not in SERIES:
        return None, _plain, 0
    # What holds for the whole market is a figure of a day, known when the day is over.
    return name, _plain, _LATE_MS if SERIES[name].per_symbol else _DAY_MS


def _checked(
    path: Path, name: str, identity: FileIdentity, available_ms: Integers, values: Floats
) -> SeriesColumn:
    """A column of known symbol, in order of time, without what is not a number."""
    market_wide = name in SERIES and not SERIES[name].per_symbol
    symbol = EVERY_SYMBOL if market_wide else identity.symbol
    if symbol is None:
        advice = "name the file after its symbol, like BTCUSDT-metrics.csv"
        raise FileFault(path, Fault("unknown symbol", path.name, "a symbol in metadata or file name", advice))
    held = np.isfinite(values)
    available_ms, values = available_ms[held], values[held]
    falls = np.flatnonzero(np.diff(available_ms) <= 0)
    if len(falls):
        at = int(falls[0]) + 1
        fault = Fault(
            rule="times that do not rise",
            observed=utc(int(available_ms[at])),
            allowed=f"a time after {utc(int(available_ms[at - 1]))}",
            advice="sort the file, each time once",
            row=at + 1,
        )
        raise FileFault(path, fault)
    step_ms = int(np.median(np.diff(available_ms))) if is_flow(name) and len(values) > 1 else 0
    return SeriesColumn(path, name, symbol, identity.venue, available_ms, values, step_ms)


def _table(path: Path) -> Any:
    with path.open("rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    if is_parquet:
        import pyarrow.parquet as pq  # noqa: PLC0415

        return pq.ParquetFile(path).read()
    head = head_of(path)
    if head is None:
        raise FileFault(path, Fault("no table", "no text", "Parquet, or CSV with a header", "convert it"))
    return read_text(path, head)
