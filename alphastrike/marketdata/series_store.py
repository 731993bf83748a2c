"""Series in the store: `<root>/<venue>/series/<SYMBOL>-<series>.parquet`, each value at its publication."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from alphastrike.marketdata.faults import Fault, FileFault, utc
from alphastrike.marketdata.series import SeriesColumn

_NO_VENUE = "market"
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ROUNDING = 1e-9


def place_of_series(root: Path, column: SeriesColumn) -> Path:
    """Where a series is kept."""
    venue = column.venue or _NO_VENUE
    for name in (venue, column.symbol):
        if not _SAFE_NAME.fullmatch(name):
            fault = Fault("not a name", repr(name), "letters, digits, _ and -", "give --venue and --symbol")
            raise FileFault(root, fault)
    return root / venue / "series" / f"{column.symbol}-{column.name}.parquet"


def stored_series(path: Path) -> SeriesColumn:
    """A series as the store keeps it."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path) as file:
        raw = file.schema_arrow.metadata or {}
        told = {key.decode(): value.decode() for key, value in raw.items()}
        table = file.read()
    return SeriesColumn(
        path,
        told["series"],
        told["symbol"],
        told["venue"] or None,
        np.asarray(table.column("ts_ms").to_numpy(), dtype=np.int64),
        np.asarray(table.column(told["series"]).to_numpy(), dtype=np.float64),
        int(told["step_ms"]),
    )


def merged_columns(target: Path, columns: Sequence[SeriesColumn]) -> SeriesColumn:
    """The rows of all files of one series, with those already stored; different values are refused."""
    parts = [stored_series(target), *columns] if target.exists() else list(columns)
    times = np.concatenate([part.available_ms for part in parts])
    values = np.concatenate([part.values for part in parts])
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    again = np.diff(times, prepend=times[:1] - 1) == 0
    differs = again & (np.abs(np.diff(values, prepend=values[:1])) > _ROUNDING * np.abs(values))
    if differs.any():
        at = int(differs.argmax())
        fault = Fault(
            rule="another value than stored or in another file",
            observed=f"{float(values[at])!r} at {utc(int(times[at]))}",
            allowed=f"{float(values[at - 1])!r}",
            advice="remove the file that is wrong",
        )
        raise FileFault(columns[-1].path, fault)
    step_ms = max(part.step_ms for part in parts)
    return replace(
        columns[0], path=target, available_ms=times[~again], values=values[~again], step_ms=step_ms
    )
