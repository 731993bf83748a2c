"""Every format people own reads as the same candles."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alphastrike.domain.errors import DataError
from alphastrike.marketdata import reading
from alphastrike.marketdata.candles import load_candles
from alphastrike.marketdata.reading import recognised
from alphastrike.marketdata.tables import STORE_COLUMNS, CandleTable

Columns = dict[str, list[Any]]
KLINE_HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    "taker_buy_quote_volume,ignore"
)


def kline_lines(rows: Columns, per_ms: int = 1) -> list[str]:
    """Rows as data.binance.vision writes them."""
    step = 3_600_000
    return [
        f"{ts * per_ms},{o},{h},{low},{c},{v},{(ts + step) * per_ms - 1},{v * c},7,{v / 2},{v * c / 2},0"
        for ts, o, h, low, c, v in zip(*rows.values(), strict=True)
    ]


def write_parquet(folder: Path, rows: Columns) -> Path:
    path = folder / "any_name.parquet"
    table = pa.table(rows).replace_schema_metadata({"symbol": "BTCUSDT", "interval": "1h", "kind": "candles"})
    pq.write_table(table, path)
    return path


def write_klines(folder: Path, rows: Columns) -> Path:
    path = folder / "BTCUSDT-1h-2024-01.csv"
    path.write_text("\n".join([KLINE_HEADER, *kline_lines(rows)]))
    return path


def write_headless_klines(folder: Path, rows: Columns) -> Path:
    path = folder / "BTCUSDT-1h-2023-01.csv"
    path.write_text("\n".join(kline_lines(rows)) + "\n")
    return path


def write_microsecond_zip(folder: Path, rows: Columns) -> Path:
    path = folder / "BTCUSDT-1h-2025-01.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("BTCUSDT-1h-2025-01.csv", "\n".join(kline_lines(rows, per_ms=1_000)))
    return path


def write_feather(folder: Path, rows: Columns) -> Path:
    path = folder / "BTC_USDT_USDT-1h-futures.feather"
    dates = pa.array(rows["ts_ms"], pa.timestamp("ms", tz="UTC"))
    table = pa.table({"date": dates, **{name: rows[name] for name in list(rows)[1:]}})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return path


def write_json(folder: Path, rows: Columns) -> Path:
    path = folder / "BTC_USDT_USDT-1h-futures.json"
    path.write_text(json.dumps(list(zip(*rows.values(), strict=True))))
    return path


def write_csv(folder: Path, rows: Columns) -> Path:
    path = folder / "BTC-USDT-SWAP_1h.csv"
    lines = [
        f"{np.datetime64(ts, 'ms')}Z;{o};{h};{low};{c};{v}"
        for ts, o, h, low, c, v in zip(*rows.values(), strict=True)
    ]
    path.write_text("\ufeff" + "\n".join(["Date;O;H;L;C;Vol", *lines]), encoding="utf-8")
    return path


WRITERS = [
    write_parquet,
    write_klines,
    write_headless_klines,
    write_microsecond_zip,
    write_feather,
    write_json,
    write_csv,
]


@pytest.mark.parametrize("writer", WRITERS)
def test_the_same_candles_load_from_every_format(
    writer: Callable[[Path, Columns], Path], candles: Callable[..., Columns], tmp_path: Path
) -> None:
    rows = candles(bars=5)

    data = load_candles(writer(tmp_path, rows))

    history = data.history
    assert history.symbols == ("BTCUSDT",)
    assert history.interval_ms == 3_600_000
    assert history.open_time_ms.tolist() == rows["ts_ms"]
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(history, name).tolist() == [rows[name]]
        assert getattr(history, name).flags.c_contiguous


@pytest.mark.parametrize("writer", WRITERS)
def test_exactly_one_format_detects_a_file(
    writer: Callable[[Path, Columns], Path], candles: Callable[..., Columns], tmp_path: Path
) -> None:
    path = writer(tmp_path, candles())

    detecting = [form for form in reading._formats() if form.detect(path)]

    assert len(detecting) == 1


def test_klines_carry_takers_trades_and_quote_volume(candles: Callable[..., Columns], tmp_path: Path) -> None:
    rows = candles(bars=3)
    path = write_headless_klines(tmp_path, rows)

    table = recognised(path).read(path, STORE_COLUMNS)

    assert isinstance(table, CandleTable)
    assert table.columns["taker_buy_volume"].tolist() == [5.0, 5.5, 6.0]
    assert table.columns["trades"].tolist() == [7.0, 7.0, 7.0]
    assert table.columns["quote_volume"].tolist() == [1000.0, 1111.0, 1224.0]


def test_a_symbol_column_names_the_symbol(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("prices.csv", {"pair": ["ETH/USDT:USDT"] * 6, **candles()})

    assert load_candles(path).history.symbols == ("ETHUSDT",)


def test_several_symbols_in_one_file_are_refused(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("prices.csv", {"symbol": ["ETHUSDT"] * 3 + ["BTCUSDT"] * 3, **candles()})

    with pytest.raises(DataError, match="several symbols in one file\n  observed: BTCUSDT, ETHUSDT"):
        load_candles(path)


def test_a_column_named_after_its_unit_is_read_in_that_unit(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles()
    seconds = {"time_s": [ts // 1_000 for ts in rows.pop("ts_ms")]}

    history = load_candles(csv_file("BTCUSDT.csv", {**seconds, **rows})).history

    assert history.open_time_ms[0] == 1_704_067_200_000


def test_a_file_without_a_symbol_in_its_name_is_refused(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    with pytest.raises(DataError, match="unknown symbol"):
        load_candles(csv_file("prices.csv", candles()))


def test_an_entirely_null_column_counts_as_absent(candles: Callable[..., Columns], tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.parquet"
    pq.write_table(pa.table({**candles(), "taker_buy_volume": pa.nulls(6, pa.float64())}), path)

    table = recognised(path).read(path, STORE_COLUMNS)

    assert isinstance(table, CandleTable)
    assert "taker_buy_volume" not in table.columns
    assert np.isnan(load_candles(path).history.taker_buy_volume).all()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("BTCUSDT.parquet", b"PAR1 cut off", "not a readable Parquet file"),
        ("BTC_USDT-1h.feather", b"ARROW1 cut off", "not a readable Feather file"),
        ("BTC_USDT-1h.feather", b"FEA1 the old version", "not a readable Feather file"),
        ("BTC_USDT-1h.json", b"[[1704067200000, 1", "not readable JSON"),
        ("BTC_USDT-1h.json", b'[[1704067200000, 1, 1, 1, "x", 1]]', "row 1: not a number"),
        ("BTC_USDT-1h.json", b"[[1704067200000, 1, 1, 1, 1, 1], [5]]", "row 2: not a candle"),
        ("BTC_USDT-1h.json", b"[]", "no rows"),
        ("BTCUSDT-1h.zip", b"PK\x03\x04 cut off", "not a usable zip"),
        ("BTCUSDT.csv", b"\x00\x01\x02", "unknown format"),
        ("BTCUSDT.csv", b"ts_ms,open,high,low,close,volume\n", "no rows"),
        ("BTCUSDT.csv", b"ts_ms,open,open,high,low,close,volume\n1,1,1,1,1,1,1\n", "two columns of one name"),
        (
            "BTCUSDT.csv",
            b"ts_ms,open,high,low,close,volume\n1704067200000,1,1,1,1,1\n1704070800000,1,1,1,1\n",
            "row 2: wrong number of columns\n  observed: 5",
        ),
        (
            "BTCUSDT.csv",
            b"ts_ms,open,high,low,close,volume\n1704067200000,1,1,1,1,1\n1704070800000,1,1,1,oops,1\n",
            "row 2, column close: not a number\n  observed: 'oops'",
        ),
    ],
)
def test_a_broken_file_is_told_from_its_content(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(DataError) as told:
        load_candles(path)

    assert f"{path}" in str(told.value)
    assert message in str(told.value)


def test_a_zip_with_several_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT-1h.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "x")

    with pytest.raises(DataError, match="2 CSV files in the archive"):
        load_candles(path)
