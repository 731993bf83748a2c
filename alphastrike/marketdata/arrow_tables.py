"""From an Arrow table, whatever file it came from, to the room's own values."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.header import Header, require, resolve
from alphastrike.marketdata.instants import instants_ms
from alphastrike.marketdata.tables import CandleTable, FileIdentity, FundingTable

_NEEDED = ("open", "high", "low", "close", "volume")


def candle_table(path: Path, table: Any, identity: FileIdentity, wanted: Sequence[str]) -> CandleTable:
    """Candles of an Arrow table under any usual column names; only `wanted` columns are kept.

    Optional columns that are absent or entirely null are left out.
    """
    header = resolve(table.column_names)
    time = require(path, header, _NEEDED, table.column_names)
    require_one_symbol(path, table, header)
    columns = {}
    for name in wanted:
        native = header.columns.get(name)
        if native is None or (name not in _NEEDED and _is_empty(table.column(native))):
            continue
        columns[name] = numbers(path, table.column(native), native)
    return CandleTable(path, identity, instants_ms(path, table.column(time), time, header.time_unit), columns)


def funding_table(path: Path, table: Any, identity: FileIdentity, rate: str | None = None) -> FundingTable:
    """Funding rates of an Arrow table; `rate` names the column where the header does not."""
    header = resolve(table.column_names)
    time = require(path, header, () if rate else ("rate",), table.column_names)
    rate = rate or header.columns["rate"]
    return FundingTable(
        path,
        identity,
        instants_ms(path, table.column(time), time, header.time_unit),
        numbers(path, table.column(rate), rate),
    )


def numbers(path: Path, column: Any, name: str) -> Floats:
    """An Arrow column as float64, null as NaN; without a copy where the file allows it."""
    import pyarrow as pa  # noqa: PLC0415

    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    # Casts load the compute library, which costs more than reading a file: only where needed.
    if pa.types.is_float64(array.type) or pa.types.is_integer(array.type):
        return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float64)
    try:
        values: Floats = array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        row = _first_unreadable(array.to_pylist())
        fault = Fault(
            rule="not a number",
            observed=repr(array[row].as_py()),
            allowed="a decimal number with a point",
            advice="correct that row",
            row=row + 1,
            column=name,
        )
        raise FileFault(path, fault) from None
    return np.asarray(values, dtype=np.float64)


def require_one_symbol(path: Path, table: Any, header: Header) -> None:
    """Refuse a file whose symbol column holds several symbols."""
    native = header.columns.get("symbol")
    if native is None:
        return
    found = sorted({str(value) for value in table.column(native).unique().to_pylist()})
    if len(found) > 1:
        fault = Fault(
            rule="several symbols in one file",
            observed=", ".join(found[:5]),
            allowed="one symbol a file",
            advice="split the file by that column",
            column=native,
        )
        raise FileFault(path, fault)


def _is_empty(column: Any) -> bool:
    return bool(column.null_count == len(column))


def _first_unreadable(values: list[Any]) -> int:
    for row, value in enumerate(values):
        try:
            float(value if value is not None else 0)
        except (TypeError, ValueError):
            return row
    return 0
