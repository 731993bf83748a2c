"""The data check: everything worth knowing about files before trusting them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from alphastrike.domain.errors import DataError
from alphastrike.marketdata.checks import (
    candle_faults,
    commonest_step,
    funding_faults,
    interval_label,
    time_faults,
)
from alphastrike.marketdata.config import MarketdataConfig
from alphastrike.marketdata.faults import Fault, FileFault, utc
from alphastrike.marketdata.findings import Finding, Severity, finding_of
from alphastrike.marketdata.reading import files_in, recognise
from alphastrike.marketdata.series_checks import (
    equal_closes,
    percent_suspicion,
    row_oddities,
    series_oddities,
)
from alphastrike.marketdata.tables import STORE_COLUMNS, CandleTable, FundingTable, Kind


def verify(
    path: Path, *, reference: Path | None = None, config: MarketdataConfig | None = None
) -> tuple[Finding, ...]:
    """Check a data file, a folder of them, or a store; findings in order of file and row.

    `reference` is a file or folder of trusted candles, spot or perpetual, against which closes
    are compared symbol by symbol, to notice spot passed off as a perpetual. A file that cannot be
    read is a finding; only a path that does not exist is a `DataError`.
    """
    limits = config or MarketdataConfig()
    trusted = {} if reference is None else _reference_tables(reference)
    findings: list[Finding] = []
    tables: list[CandleTable] = []
    for file in _files(path):
        findings += _of_file(file, limits, tables)
    for table in tables:
        against = trusted.get((table.identity.symbol, table.identity.interval_ms))
        if against is not None:
            findings += _against_reference(table, against, limits)
    findings += _overlaps(tables)
    return tuple(sorted(findings, key=lambda each: (str(each.file), each.row, each.rule, each.column)))


def _files(path: Path) -> tuple[Path, ...]:
    return files_in(path) or tuple(file for folder in sorted(path.glob("*/*/")) for file in files_in(folder))


def _of_file(file: Path, config: MarketdataConfig, tables: list[CandleTable]) -> Iterator[Finding]:
    """Findings of one file; appends to `tables` when its candles are in order of time."""
    try:
        form = recognise(file)
        kind = None if form is None else form.identify(file).kind
        if form is None or kind not in {Kind.CANDLES, Kind.FUNDING}:
            what = "unknown format" if kind is None else f"a file of kind {kind.value}"
            yield finding_of(Fault("not checked", what, "candles or funding", ""), Severity.INFO, file, None)
            return
        table = form.read(file, STORE_COLUMNS)
    except DataError as error:
        fault = error.fault if isinstance(error, FileFault) else Fault("unreadable", str(error), "", "")
        yield finding_of(fault, Severity.ERROR, file, None)
        return
    symbol = table.identity.symbol
    if symbol is None:
        fault = Fault("unknown symbol", file.name, "a symbol in metadata or name", "rename the file")
        yield finding_of(fault, Severity.ERROR, file, None)
    if isinstance(table, FundingTable):
        for fault in funding_faults(table):
            yield finding_of(fault, Severity.ERROR, file, symbol)
        for fault in percent_suspicion(table, config):
            yield finding_of(fault, Severity.WARNING, file, symbol)
        return
    for severity, fault in _of_candles(table, config, tables):
        yield finding_of(fault, severity, file, symbol)


def _of_candles(
    table: CandleTable, config: MarketdataConfig, tables: list[CandleTable]
) -> Iterator[tuple[Severity, Fault]]:
    for fault in candle_faults(table):
        yield Severity.ERROR, fault
    if not len(table.open_time_ms):
        return
    if table.identity.market == "spot":
        fault = Fault("spot market", "says it is spot", "a perpetual, if it is to be traded as one", "")
        yield Severity.INFO, fault
    for fault in row_oddities(table, config):
        yield Severity.WARNING, fault
    if any(time_faults(table.open_time_ms)):
        return
    interval = commonest_step(table.open_time_ms)
    if interval:
        tables.append(replace(table, identity=replace(table.identity, interval_ms=interval)))
        for fault in series_oddities(table, interval, config):
            yield Severity.WARNING, fault


def _reference_tables(path: Path) -> dict[tuple[str | None, int | None], CandleTable]:
    """Readable candles of the reference by symbol and interval; the longest file of each."""
    tables: list[CandleTable] = []
    for file in _files(path):
        # The reference is there to compare with: what is wrong with it is not asked here.
        for _ in _of_file(file, MarketdataConfig(), tables):
            pass
    tables.sort(key=lambda table: len(table.open_time_ms))
    return {(table.identity.symbol, table.identity.interval_ms): table for table in tables}


def _against_reference(
    table: CandleTable, reference: CandleTable, config: MarketdataConfig
) -> Iterator[Finding]:
    share, basis = equal_closes(table, reference)
    if np.isnan(share) or table.path == reference.path:
        return
    limit = config.spot_match_fraction
    is_spot = reference.identity.market == "spot"
    observed = (
        f"{100 * share:.1f} % of {len(basis):,} common closes equal {reference.path.name}, "
        f"median difference {1e4 * float(np.nanmedian(basis)):+.1f} bps"
    )
    same_venue = table.identity.venue in {None, reference.identity.venue}
    if is_spot and share >= limit and table.identity.market != "spot":
        fault = Fault("spot passed off as a perpetual", observed, f"below {100 * limit:g} % equal", "")
        yield finding_of(fault, Severity.ERROR, table.path, table.identity.symbol)
    elif not is_spot and same_venue and share < limit:
        fault = Fault("differs from the perpetual", observed, f"at least {100 * limit:g} % equal", "")
        yield finding_of(fault, Severity.ERROR, table.path, table.identity.symbol)


def _overlaps(tables: list[CandleTable]) -> Iterator[Finding]:
    """Files of one symbol, venue and interval that share a time: a run refuses them."""
    groups: dict[tuple[str | None, str | None, int | None], list[CandleTable]] = {}
    for table in tables:
        said = table.identity
        groups.setdefault((said.symbol, said.venue, said.interval_ms), []).append(table)
    for (symbol, _, interval), group in groups.items():
        group.sort(key=lambda table: (int(table.open_time_ms[0]), str(table.path)))
        for earlier, later in pairwise(group):
            last = int(earlier.open_time_ms[-1])
            if later.open_time_ms[0] <= last:
                fault = Fault(
                    rule="overlaps another file",
                    observed=f"{earlier.path.name} reaches to {utc(last)}",
                    allowed=f"{interval_label(interval or 0)} files of one symbol that share no time",
                    advice="",
                    row=1,
                    column="time",
                )
                yield finding_of(fault, Severity.ERROR, later.path, symbol)
