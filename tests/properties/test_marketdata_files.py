"""Whatever candles are written are read back; whatever is corrupted is found in its row."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import DataError
from alphastrike.marketdata.candles import load_candles
from alphastrike.marketdata.faults import FileFault
from alphastrike.marketdata.fingerprint import candles_hash
from alphastrike.marketdata.store import save_history
from alphastrike.marketdata.verify import verify

MINUTE = 60_000
START = 1_704_067_200_000
BAD_CELLS = {
    "open": (np.nan, np.inf, 0.0, -5.0),
    "high": (np.nan, 1e-9),
    "low": (np.nan, -1.0, 1e9),
    "close": (np.nan, -np.inf, -3.0, 1e9),
    "volume": (np.nan, np.inf, -1.0),
    "ts_ms": (1, 59_999),  # added to the time: beside the grid
}


def market(bars: int, symbols: int, seed: int) -> CandleHistory:
    """A random market in which roughly every tenth candle is missing."""
    chance = np.random.default_rng(seed)
    shape = (symbols, bars)
    open_, close = chance.lognormal(3.0, 2.0, shape), chance.lognormal(3.0, 2.0, shape)
    held = chance.random(shape) > 0.1
    held[:, :2] = held[0, -1] = True  # the interval shows, and the grid ends where it ends

    def seen(values: np.ndarray) -> np.ndarray:
        return np.where(held, values, np.nan)

    volume = chance.gamma(1.0, 100.0, shape)
    return CandleHistory(
        symbols=tuple(f"C{number}USDT" for number in range(symbols)),
        interval_ms=MINUTE,
        open_time_ms=START + MINUTE * np.arange(bars, dtype=np.int64),
        open=seen(open_),
        high=seen(np.maximum(open_, close) * 1.01),
        low=seen(np.minimum(open_, close) * 0.99),
        close=seen(close),
        volume=seen(volume),
        taker_buy_volume=seen(volume * 0.5),
    )


def rows_of(history: CandleHistory) -> list[list[float]]:
    """The first symbol's candles as rows of time, prices and volume, without gaps."""
    names = ("open", "high", "low", "close", "volume")
    columns = [history.open_time_ms, *(getattr(history, name)[0] for name in names)]
    return [[value.item() for value in row] for row in zip(*columns, strict=True) if not np.isnan(row[1])]


def write_csv(path: Path, rows: list[list[float]]) -> Path:
    lines = [",".join(map(repr, row)) for row in rows]
    path.write_text("\n".join(["ts_ms,open,high,low,close,volume", *lines]))
    return path


@settings(max_examples=40)
@given(bars=st.integers(3, 60), symbols=st.integers(1, 4), seed=st.integers(0, 2**32))
def test_what_is_saved_is_what_loads(bars: int, symbols: int, seed: int) -> None:
    history = market(bars, symbols, seed)

    with TemporaryDirectory() as folder:
        save_history(history, Path(folder), "synthetic")
        loaded = load_candles(Path(folder))

    assert loaded.history.symbols == history.symbols
    for name in ("open_time_ms", "open", "high", "low", "close", "volume", "taker_buy_volume"):
        np.testing.assert_array_equal(getattr(loaded.history, name), getattr(history, name))
    assert loaded.content_hash == candles_hash(history)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_the_hash_does_not_depend_on_how_rows_are_spread_over_files(seed: int, data: st.DataObject) -> None:
    rows = rows_of(market(40, 1, seed))
    cut = data.draw(st.integers(2, len(rows) - 2))

    with TemporaryDirectory() as folder:
        whole = load_candles(write_csv(Path(folder) / "BTCUSDT-1m.csv", rows)).content_hash
        (Path(folder) / "BTCUSDT-1m.csv").unlink()
        write_csv(Path(folder) / "BTCUSDT-1m-z.csv", rows[:cut])
        write_csv(Path(folder) / "BTCUSDT-1m-a.csv", rows[cut:])
        halves = load_candles(Path(folder)).content_hash

    assert whole == halves


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), order=st.randoms(use_true_random=False))
def test_shuffled_rows_are_reported_where_the_order_breaks(seed: int, order: Random) -> None:
    rows = rows_of(market(20, 1, seed))
    shuffled = list(rows)
    order.shuffle(shuffled)
    assume(shuffled != rows)
    falls = next(i for i in range(1, len(rows)) if shuffled[i][0] < shuffled[i - 1][0])

    with TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "BTCUSDT.csv", shuffled)
        with pytest.raises(DataError) as told:
            load_candles(path)
        found = {(finding.rule, finding.row) for finding in verify(path)}

    assert f"row {falls + 1}, column time: unsorted rows" in str(told.value)
    assert ("unsorted rows", falls + 1) in found


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), column=st.sampled_from(sorted(BAD_CELLS)), data=st.data())
def test_any_one_corrupted_cell_is_reported_with_its_row(seed: int, column: str, data: st.DataObject) -> None:
    rows = rows_of(market(25, 1, seed))
    row = data.draw(st.integers(0, len(rows) - 1))
    value = data.draw(st.sampled_from(BAD_CELLS[column]))
    place = ("ts_ms", "open", "high", "low", "close", "volume").index(column)
    rows[row][place] = rows[row][place] + value if column == "ts_ms" else value

    with TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "BTCUSDT-1m.csv", rows)
        with pytest.raises(FileFault) as told:
            load_candles(path)
        found = [finding.row for finding in verify(path) if finding.severity.value == "error"]

    assert told.value.fault.row == row + 1
    assert told.value.path == path
    assert row + 1 in found


@settings(max_examples=40)
@given(
    content=st.binary(max_size=400),
    name=st.sampled_from(["BTCUSDT.csv", "BTC_USDT-1h.json", "a.parquet", "b.zip"]),
)
def test_any_bytes_at_all_are_a_data_error_or_a_finding(content: bytes, name: str) -> None:
    heads = {"a.parquet": b"PAR1", "b.zip": b"PK\x03\x04", "BTC_USDT-1h.json": b"["}

    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(heads.get(name, b"") + content)
        with pytest.raises(DataError):
            load_candles(path)

        assert verify(path)
