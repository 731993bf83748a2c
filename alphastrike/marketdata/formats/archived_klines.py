"""Klines as a public archive publishes them, twelve columns: CSV or zip, with or without a header line."""

from collections.abc import Sequence
from pathlib import Path

from alphastrike.marketdata.arrow_tables import candle_table
from alphastrike.marketdata.delimited import head_of, read_text
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.identity import identity_from_name
from alphastrike.marketdata.instants import epoch_unit, rescaled
from alphastrike.marketdata.tables import CandleTable, FileIdentity

_NAMES = (
    *("open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume"),
    *("count", "taker_buy_volume", "taker_buy_quote_volume", "ignore"),
)


def detect(path: Path) -> bool:
    """Whether the first line is that of a kline file: twelve columns, the last one unused."""
    head = head_of(path)
    if head is None or len(head.fields) != len(_NAMES) or head.delimiter != ",":
        return False
    named = tuple(name.lower() for name in head.names)
    return not named or (named[0] == "open_time" and named[6] == "close_time" and named[-1] == "ignore")


def identify(path: Path) -> FileIdentity:
    """Symbol, interval and market by name and folder, as in `BTCUSDT-1h-2024-01.zip`."""
    return identity_from_name(path)


def read(path: Path, columns: Sequence[str]) -> CandleTable:
    """Read the file; times are milliseconds, or microseconds in spot files since 2025."""
    head = head_of(path)
    if head is None:
        raise FileFault(path, Fault("not a kline file", "no text", "12 columns", "download the file again"))
    # The published header says the same in other words; the position is what is documented.
    table = read_text(path, head, _NAMES).rename_columns(list(_NAMES))
    raw = candle_table(path, table, identity_from_name(path), columns)
    unit = epoch_unit(raw.open_time_ms)
    if unit != "us":
        return raw  # anything but milliseconds is for the checks to refuse
    return CandleTable(path, raw.identity, rescaled(raw.open_time_ms, unit), raw.columns)
