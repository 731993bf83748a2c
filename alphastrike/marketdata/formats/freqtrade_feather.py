"""Feather (Arrow) files as freqtrade saves them: candles, and funding rates in the open column."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alphastrike.marketdata.arrow_tables import candle_table, funding_table
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.identity import identity_from_name
from alphastrike.marketdata.tables import CandleTable, FileIdentity, FundingTable, Kind


def detect(path: Path) -> bool:
    """Whether the file starts like Arrow's file format, or like the old Feather version 1."""
    with path.open("rb") as file:
        return file.read(6).startswith((b"ARROW1", b"FEA1"))


def identify(path: Path) -> FileIdentity:
    """Pair, interval and kind by name, as in `BTC_USDT_USDT-1h-futures.feather`."""
    return identity_from_name(path)


def read(path: Path, columns: Sequence[str]) -> CandleTable | FundingTable:
    """Read candles, or the rates of a `-funding_rate` file, which keeps them as `open`."""
    table = _table(path)
    identity = identity_from_name(path)
    if identity.kind is Kind.FUNDING:
        return funding_table(path, table, identity, rate="open" if "open" in table.column_names else None)
    return candle_table(path, table, identity, columns)


def _table(path: Path) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    try:
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).read_all()
    except (pa.ArrowException, OSError) as error:
        fault = Fault(
            rule="not a readable Feather file",
            observed=str(error).splitlines()[0][:120],
            allowed="a complete Feather file of version 2 (Arrow)",
            advice="download the file again, or save it anew with a current tool",
        )
        raise FileFault(path, fault) from None
