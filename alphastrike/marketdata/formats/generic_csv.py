"""CSV with a header line under any usual column names."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from alphastrike.marketdata.arrow_tables import candle_table
from alphastrike.marketdata.delimited import head_of, read_text
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.header import require, resolve
from alphastrike.marketdata.identity import identity_from_name
from alphastrike.marketdata.symbols import canonical_symbol
from alphastrike.marketdata.tables import CANDLE_COLUMNS, CandleTable, FileIdentity, Kind


def detect(path: Path) -> bool:
    """Whether it is text with a header line that no other CSV format claims."""
    head = head_of(path)
    if head is None or not head.names:
        return False
    klines = len(head.names) == 12 and head.names[-1].lower() == "ignore"
    return not klines and not resolve(head.names).looks_like_funding


def identify(path: Path) -> FileIdentity:
    """Symbol and interval by name and folder; candles when the header names a price."""
    by_name = identity_from_name(path)
    head = head_of(path)
    candles = head is not None and resolve(head.names).looks_like_candles
    return dataclasses.replace(by_name, kind=by_name.kind if candles else Kind.OTHER)


def read(path: Path, columns: Sequence[str]) -> CandleTable:
    """Read the wanted columns. Epoch times are milliseconds unless the column's name says else."""
    head = head_of(path)
    if head is None or not head.names:
        fault = Fault("no header line", "data in the first line", "names of the columns", "add a header line")
        raise FileFault(path, fault)
    # Before the rows: a text that is no table at all is best told by its missing columns.
    require(path, resolve(head.names), CANDLE_COLUMNS[:5], head.names)
    table = read_text(path, head)
    identity = identify(path)
    native = resolve(table.column_names).columns.get("symbol")
    if native is not None and table.num_rows:
        symbol = canonical_symbol(str(table.column(native)[0]), identity.venue)
        identity = dataclasses.replace(identity, symbol=symbol or identity.symbol)
    return candle_table(path, table, identity, columns)
