"""Files of any format brought into the store, checked as strictly as for a run."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from alphastrike.domain.errors import DataError
from alphastrike.domain.intervals import interval_ms
from alphastrike.marketdata.candles import read_candles
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.funding import merge_funding, read_funding
from alphastrike.marketdata.identity import market_of
from alphastrike.marketdata.merging import merge_candles
from alphastrike.marketdata.reading import files_in, recognise, recognised
from alphastrike.marketdata.selection import FoundFile
from alphastrike.marketdata.series import SeriesColumn
from alphastrike.marketdata.series_files import series_of
from alphastrike.marketdata.series_store import merged_columns, place_of_series
from alphastrike.marketdata.store import StoredSeries, place_of, write_series
from alphastrike.marketdata.symbols import canonical_symbol
from alphastrike.marketdata.tables import STORE_COLUMNS, CandleTable, FileIdentity, FundingTable, Kind

_Series = CandleTable | FundingTable


def import_files(
    paths: Sequence[Path],
    root: Path,
    *,
    venue: str | None = None,
    symbol: str | None = None,
    interval: str | None = None,
) -> tuple[StoredSeries, ...]:
    """Import candle and funding files or folders into the store at `root`.

    `venue`, `symbol` and `interval` say what the files do not; a file that says otherwise is a
    `DataError`. Rows already stored stay; equal rows are merged, different ones a `DataError`.
    Returns the files written, sorted by path.
    """
    if symbol is not None and canonical_symbol(symbol, venue) is None:
        raise DataError(f"symbol: observed {symbol!r}, allowed a symbol like BTCUSDT or BTC/USDT:USDT")
    told = FileIdentity(
        kind=Kind.OTHER,
        symbol=None if symbol is None else canonical_symbol(symbol, venue),
        venue=venue,
        interval_ms=None if interval is None else interval_ms(interval),
    )
    groups: dict[Path, list[FoundFile]] = {}
    known: dict[Path, list[SeriesColumn]] = {}
    for file in sorted({file for path in paths for file in files_in(path)}):
        found = _found(file, told, named=file in paths)
        if isinstance(found, FoundFile):
            groups.setdefault(place_of(root, found.identity), []).append(found)
        for column in () if isinstance(found, FoundFile) else found:
            known.setdefault(place_of_series(root, column), []).append(column)
    if not groups and not known:
        raise DataError(
            "nothing to import\n  observed: no file of candles, funding or other series in "
            f"{', '.join(map(str, paths))}\n"
            "  allowed:  Parquet, CSV, zip, feather or JSON files\n  to do:    name other files or folders"
        )
    return write_series(
        {target: partial(_merged, target, files) for target, files in groups.items()}
        | {target: partial(merged_columns, target, columns) for target, columns in known.items()}
    )


def _found(file: Path, told: FileIdentity, *, named: bool) -> FoundFile | tuple[SeriesColumn, ...]:
    """The file with its whole identity, or the series it holds; nothing for others in a folder."""
    form = recognised(file) if named else recognise(file)
    if form is None:
        return ()
    found = FoundFile(file, form, form.identify(file))
    if found.identity.kind not in {Kind.CANDLES, Kind.FUNDING}:
        columns = tuple(series_of(file, told))
        if named and not columns:
            fault = Fault(
                rule="nothing the store holds",
                observed=f"a file of kind {found.identity.kind.value}",
                allowed="candles (time, open, high, low, close, volume), funding (time, rate), trades, best "
                "quotes, books, or a time and a column named after a series",
                advice="leave it out, or name its columns like these",
            )
            raise FileFault(file, fault)
        return columns
    return replace(found, identity=_completed(found, told))


def _completed(found: FoundFile, told: FileIdentity) -> FileIdentity:
    """What the file says of itself, filled in by what the caller says; the two must not differ."""
    _require_agreement(found.path, found.identity, told)
    own = found.identity.filled_from(told)
    if own.symbol is None or (own.kind is Kind.CANDLES and own.interval_ms is None):
        own = _read(replace(found, identity=own)).identity  # only the rows tell
        _require_agreement(found.path, own, told)
    if own.symbol is None or own.venue is None:
        what = "venue" if own.symbol else "symbol"
        observed = "neither metadata, name nor folders tell it"
        fault = Fault(f"unknown {what}", observed, "a known one", f"give --{what}")
        raise FileFault(found.path, fault)
    return replace(own, market=own.market or market_of(own.venue))


def _require_agreement(path: Path, own: FileIdentity, told: FileIdentity) -> None:
    for what in ("symbol", "venue", "interval_ms"):
        said, asked = getattr(own, what), getattr(told, what)
        candles_only = what == "interval_ms" and own.kind is Kind.FUNDING
        if None not in {said, asked} and said != asked and not candles_only:
            fault = Fault(
                rule=f"another {what.removesuffix('_ms')} than asked for",
                observed=str(said),
                allowed=str(asked),
                advice=f"leave --{what.removesuffix('_ms')} out, or correct the file's name or metadata",
            )
            raise FileFault(path, fault)


def _merged(target: Path, files: Sequence[FoundFile]) -> _Series:
    """The rows of all files of one series, with those already stored."""
    tables = [_read(found) for found in files]
    if target.exists():
        form = recognised(target)
        stored = _read(FoundFile(target, form, form.identify(target)))
        tables = [stored, *tables]
    identity = files[0].identity
    funding = [table for table in tables if isinstance(table, FundingTable)]
    if identity.kind is Kind.FUNDING:
        ts_ms, rate = merge_funding(funding)
        return FundingTable(target, replace(identity, interval_ms=None), ts_ms, rate)
    merged = merge_candles([table for table in tables if isinstance(table, CandleTable)])
    return replace(merged, path=target, identity=identity)


def _read(found: FoundFile) -> _Series:
    if found.identity.kind is Kind.FUNDING:
        return read_funding(found.format, found.path)
    return read_candles(found, STORE_COLUMNS)
