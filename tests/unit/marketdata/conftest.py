"""Builders of small, valid market data files; each test bends what it is about."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Columns = dict[str, list[Any]]
START_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
HOUR_MS = 3_600_000


@pytest.fixture
def candles() -> Callable[..., Columns]:
    """`candles(bars, start_ms, step_ms)`: a quiet market, every rule obeyed."""

    def build(bars: int = 6, start_ms: int = START_MS, step_ms: int = HOUR_MS) -> Columns:
        close = [100.0 + row for row in range(bars)]
        return {
            "ts_ms": [start_ms + step_ms * row for row in range(bars)],
            "open": [value - 0.5 for value in close],
            "high": [value + 1.0 for value in close],
            "low": [value - 1.0 for value in close],
            "close": close,
            "volume": [10.0 + row for row in range(bars)],
        }

    return build


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """`csv_file(name, columns)`: a CSV file with a header line under the test's folder."""

    def write(name: str, columns: Mapping[str, Sequence[Any]]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def parquet_file(tmp_path: Path) -> Callable[..., Path]:
    """`parquet_file(name, columns, **metadata)`: a Parquet file under the test's folder."""

    def write(name: str, columns: Mapping[str, Sequence[Any]], **metadata: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table({key: pa.array(np.asarray(values)) for key, values in columns.items()})
        pq.write_table(table.replace_schema_metadata(metadata), path)
        return path

    return write
