"""The store's own files: written whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.intervals import interval_name
from alphastrike.marketdata.series import SeriesColumn
from alphastrike.marketdata.tables import STORE_COLUMNS, CandleTable, FileIdentity


def staged_candles(target: Path, table: CandleTable) -> Path:
    """Write candles to a hidden file beside `target` and return it; `commit` puts it in place.

    Absent columns are written as nulls, so that every file of a store has the same columns.
    """
    import pyarrow as pa  # noqa: PLC0415

    rows = len(table.open_time_ms)
    columns: dict[str, Any] = {"ts_ms": table.open_time_ms}
    for name in STORE_COLUMNS:
        kind = pa.int64() if name == "trades" else pa.float64()
        values = table.columns.get(name)
        if values is None:
            columns[name] = pa.nulls(rows, kind)
        else:
            columns[name] = pa.array(values, from_pandas=True).cast(kind, safe=False)
    return _staged(target, pa.table(columns), _metadata(table.identity))


def staged_funding(target: Path, identity: FileIdentity, ts_ms: Integers, rate: Floats) -> Path:
    """Write funding rates to a hidden file beside `target` and return it."""
    import pyarrow as pa  # noqa: PLC0415

    return _staged(target, pa.table({"ts_ms": ts_ms, "rate": rate}), _metadata(identity))


def staged_series(target: Path, column: SeriesColumn) -> Path:
    """Write a series as published to a hidden file beside `target` and return it."""
    import pyarrow as pa  # noqa: PLC0415

    told = {"kind": "series", "series": column.name, "symbol": column.symbol, "venue": column.venue or ""}
    told |= {"step_ms": str(column.step_ms), "schema_version": "1"}
    return _staged(target, pa.table({"ts_ms": column.available_ms, column.name: column.values}), told)


def commit(staged: Iterable[tuple[Path, Path]]) -> None:
    """Put (hidden file, target) pairs in place, each in one step, and make that durable."""
    folders = set()
    for hidden, target in staged:
        hidden.replace(target)
        folders.add(target.parent)
    if os.name == "posix":
        for folder in folders:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _staged(target: Path, table: Any, metadata: dict[str, str]) -> Path:
    import pyarrow.parquet as pq  # noqa: PLC0415

    target.parent.mkdir(parents=True, exist_ok=True)
    hidden = target.parent / f".{target.stem}-{os.getpid()}.partial"
    try:
        with hidden.open("wb") as file:
            # Prices hardly repeat, so that a dictionary only costs; zstd is small and quick to read.
            pq.write_table(
                table.replace_schema_metadata(metadata), file, compression="zstd", use_dictionary=False
            )
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    return hidden


def _metadata(identity: FileIdentity) -> dict[str, str]:
    said = {
        "symbol": identity.symbol,
        "venue": identity.venue,
        "market": identity.market,
        "interval": interval_name(identity.interval_ms) if identity.interval_ms else None,
        "kind": identity.kind.value,
        "schema_version": "1",
    }
    return {key: value for key, value in said.items() if value is not None}
