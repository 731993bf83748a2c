"""Funding files loaded for a run: the right venue's, checked, merged and in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.funding import FundingHistory
from alphastrike.marketdata.checks import funding_faults
from alphastrike.marketdata.faults import Fault, FileFault, utc
from alphastrike.marketdata.reading import Format, files_in, recognise, recognised
from alphastrike.marketdata.tables import FileIdentity, FundingTable, Kind

_SAME_SETTLEMENT_MS = 2_000
_RATE_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    format: Format
    identity: FileIdentity


def load_funding(path: Path, symbols: Sequence[str], venue: str | None = None) -> FundingHistory:
    """Load the settled funding rates of `symbols`, in their order.

    `path` is a file, a folder, a folder with one sub-folder a venue, or a store. Files may
    overlap: equal rates due within two seconds of each other are one settlement, different ones
    a `DataError`. Only files of `venue` are used, and files that name none; without `venue`, a
    symbol that several venues hold is a `DataError`. A symbol without a file simply has no rates:
    see `FundingHistory.symbols_without_rates`.
    """
    found = [each for each in _funding_files(path) if each.identity.symbol in set(symbols)]
    if venue is None:
        _require_one_venue(path, found)
    else:
        found = [each for each in found if each.identity.venue in {None, venue}]
    merged = []
    for symbol in symbols:
        tables = [read_funding(each.format, each.path) for each in found if each.identity.symbol == symbol]
        merged.append(merge_funding(tables))
    offsets = np.cumsum([0, *(len(ts_ms) for ts_ms, _ in merged)], dtype=np.int64)
    return FundingHistory(
        symbols=tuple(symbols),
        ts_ms=np.concatenate([np.empty(0, np.int64), *(ts_ms for ts_ms, _ in merged)]),
        rate=np.concatenate([np.empty(0), *(rate for _, rate in merged)]),
        offsets=offsets,
    )


def read_funding(form: Format, path: Path) -> FundingTable:
    """Read one funding file and refuse it when a row breaks a rule."""
    table = form.read(path, ())
    if not isinstance(table, FundingTable):
        raise TypeError(f"{path} was identified as funding and read as something else")
    for fault in funding_faults(table):
        raise FileFault(path, fault)
    return table


def merge_funding(tables: Sequence[FundingTable]) -> tuple[Integers, Floats]:
    """Due times and rates of several files of one symbol, in order, each settlement once."""
    if not tables:
        return np.empty(0, np.int64), np.empty(0)
    ts_ms = np.concatenate([table.ts_ms for table in tables])
    rate = np.concatenate([table.rate for table in tables])
    source = np.repeat(np.arange(len(tables)), [len(table.ts_ms) for table in tables])
    order = np.argsort(ts_ms, kind="stable")
    ts_ms, rate, source = ts_ms[order], rate[order], source[order]
    again = np.diff(ts_ms, prepend=ts_ms[0] - _SAME_SETTLEMENT_MS - 1) <= _SAME_SETTLEMENT_MS
    differs = again & (np.abs(np.diff(rate, prepend=rate[0])) > _RATE_ROUNDING)
    if differs.any():
        raise _conflict(tables, source, order, int(differs.argmax()))
    return ts_ms[~again], rate[~again]


def _funding_files(path: Path) -> list[_Found]:
    """Funding files of a path; other kinds in a folder are left out."""
    if path.is_file():
        form = recognised(path)
        candidates = [_Found(path, form, form.identify(path))]
    else:
        files = (*files_in(path), *(file for folder in path.glob("*/funding/") for file in files_in(folder)))
        formats = [(file, recognise(file)) for file in files]
        candidates = [_Found(file, form, form.identify(file)) for file, form in formats if form is not None]
    found = [each for each in candidates if each.identity.kind is Kind.FUNDING]
    for each in found:
        if each.identity.symbol is None:
            advice = "name the file after its symbol, like BTCUSDT-fundingRate.csv"
            fault = Fault("unknown symbol", each.path.name, "a symbol in metadata or file name", advice)
            raise FileFault(each.path, fault)
    if not found:
        there = ", ".join(sorted({each.identity.kind.value for each in candidates}))
        fault = Fault(
            rule="no funding file",
            observed=f"files of kind {there}" if there else "no data file",
            allowed="Parquet, CSV, zip or feather files with a time and a rate column",
            advice="name another path, or leave --funding out to trade without funding",
        )
        raise FileFault(path, fault)
    return found


def _require_one_venue(path: Path, found: list[_Found]) -> None:
    by_symbol: dict[str | None, set[str]] = {}
    for each in found:
        by_symbol.setdefault(each.identity.symbol, set()).add(each.identity.venue or "unnamed")
    for symbol, venues in by_symbol.items():
        if len(venues) > 1:
            fault = Fault(
                rule=f"several venues hold funding of {symbol}",
                observed=", ".join(sorted(venues)),
                allowed="rates of the venue that is traded",
                advice="name the folder of one venue",
            )
            raise FileFault(path, fault)


def _conflict(tables: Sequence[FundingTable], source: Integers, order: Integers, at: int) -> FileFault:
    """The fault of two different rates for one settlement, the later row against the earlier."""
    starts = np.cumsum([0, *(len(table.ts_ms) for table in tables)])
    rows = [int(order[i] - starts[source[i]]) for i in (at - 1, at)]
    first, second = (tables[int(source[i])] for i in (at - 1, at))
    fault = Fault(
        rule=f"another rate than row {rows[0] + 1} of {first.path.name}",
        observed=f"{float(second.rate[rows[1]])!r} at {utc(int(second.ts_ms[rows[1]]))}",
        allowed=f"{float(first.rate[rows[0]])!r}, or a settlement more than 2 s apart",
        advice="remove the file or row that is wrong",
        row=rows[1] + 1,
        column="rate",
    )
    return FileFault(second.path, fault)
