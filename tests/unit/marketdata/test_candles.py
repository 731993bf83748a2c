"""Loading a path: which files, which grid, what is said about them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.marketdata.candles import load_candles

Columns = dict[str, list[Any]]
START = 1_704_067_200_000
HOUR = 3_600_000


def test_symbols_are_sorted_on_the_union_of_their_times(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    csv_file("ETHUSDT.csv", candles(bars=2))
    folder = csv_file("BTCUSDT.csv", candles(bars=2, start_ms=START + 3 * HOUR)).parent

    history = load_candles(folder).history

    assert history.symbols == ("BTCUSDT", "ETHUSDT")
    assert history.open_time_ms.tolist() == [START + HOUR * bar for bar in range(5)]
    nan = np.nan
    np.testing.assert_array_equal(
        history.close, [[nan, nan, nan, 100.0, 101.0], [100.0, 101.0, nan, nan, nan]]
    )
    assert history.close.dtype == np.float64
    assert history.close.flags.c_contiguous
    assert np.isnan(history.taker_buy_volume).all()


def test_a_gap_is_not_an_error(candles: Callable[..., Columns], csv_file: Callable[..., Path]) -> None:
    rows = {name: values[:2] + values[4:] for name, values in candles(bars=8).items()}

    history = load_candles(csv_file("BTCUSDT.csv", rows)).history

    assert np.isnan(history.close[0]).tolist() == [False, False, True, True, False, False, False, False]


def test_files_of_one_symbol_are_joined_across_a_gap(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    csv_file("BTCUSDT-late.csv", candles(bars=2, start_ms=START + 3 * HOUR))
    folder = csv_file("BTC_USDT_USDT-zz.csv", candles(bars=2)).parent

    history = load_candles(folder).history

    assert history.symbols == ("BTCUSDT",)
    np.testing.assert_array_equal(history.close, [[100.0, 101.0, np.nan, 100.0, 101.0]])


def test_the_start_is_included_and_the_end_is_not(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles())

    history = load_candles(path, start_ms=START + HOUR, end_ms=START + 3 * HOUR).history

    assert history.open_time_ms.tolist() == [START + HOUR, START + 2 * HOUR]


def test_only_the_symbols_asked_for_are_loaded_in_any_spelling(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    for name in ("BTCUSDT.csv", "ETHUSDT.csv", "SOLUSDT.csv"):
        folder = csv_file(name, candles()).parent

    data = load_candles(folder, symbols=["SOL/USDT:USDT", "btcusdt"])

    assert data.history.symbols == ("BTCUSDT", "SOLUSDT")


def test_an_interval_chooses_among_the_files_of_a_folder(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    csv_file("BTCUSDT.csv", candles())
    folder = csv_file("ETHUSDT.csv", candles(step_ms=300_000)).parent

    data = load_candles(folder, interval="5m")

    assert data.history.symbols == ("ETHUSDT",)
    assert [(path.name, why) for path, why in data.skipped] == [("BTCUSDT.csv", "its interval is 1h")]


def test_an_interval_chooses_among_folders_named_after_it(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], tmp_path: Path
) -> None:
    csv_file("1h/BTCUSDT.csv", candles())
    csv_file("5m/BTCUSDT.csv", candles(step_ms=300_000))

    assert load_candles(tmp_path, interval="5m").history.interval_ms == 300_000


def test_other_files_of_a_folder_are_left_out_and_named(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], parquet_file: Callable[..., Path]
) -> None:
    folder = csv_file("BTCUSDT.csv", candles()).parent
    csv_file("MANIFEST.csv", {"file": ["x"], "rows": [1]})
    parquet_file("mark.parquet", candles(), kind="mark")
    (folder / "README.md").write_text("notes")
    (folder / ".hidden.csv").write_text("x")

    data = load_candles(folder)

    assert [path.name for path in data.files] == ["BTCUSDT.csv"]
    assert [(path.name, why) for path, why in data.skipped] == [
        ("MANIFEST.csv", "no candle columns"),
        ("mark.parquet", "holds mark, not candles"),
    ]


def test_a_symbol_without_candles_in_the_time_is_left_out_and_named(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    csv_file("BTCUSDT.csv", candles(bars=2))
    folder = csv_file("ETHUSDT.csv", candles()).parent

    data = load_candles(folder, start_ms=START + 3 * HOUR)

    assert data.history.symbols == ("ETHUSDT",)
    assert data.skipped[0][1] == "no candle of BTCUSDT in the time asked for"


def test_one_row_takes_the_interval_it_is_given(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles(bars=1))

    assert load_candles(path, interval="1h").history.close.tolist() == [[100.0]]


def test_venue_market_and_label_come_with_the_data(
    candles: Callable[..., Columns], parquet_file: Callable[..., Path]
) -> None:
    path = parquet_file(
        "x.parquet", candles(), symbol="BTC", venue="hyperliquid", interval="1h", market="perp"
    )

    data = load_candles(path)

    assert (data.venue, data.market) == ("hyperliquid", "perp")
    assert data.label == "hyperliquid"


def test_the_hash_depends_on_content_alone(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], parquet_file: Callable[..., Path]
) -> None:
    rows = candles(bars=6)
    whole = csv_file("one/BTCUSDT.csv", rows)
    csv_file("two/BTCUSDT-a.csv", {name: values[:3] for name, values in rows.items()})
    halves = csv_file("two/BTCUSDT-b.csv", {name: values[3:] for name, values in rows.items()}).parent
    other = parquet_file("three/x.parquet", rows, symbol="BTC-USDT-SWAP")
    rows["close"][2] += 0.25
    changed = csv_file("four/BTCUSDT.csv", rows)

    hashes = [load_candles(path).content_hash for path in (whole, halves, other, changed)]

    assert hashes[0] == hashes[1] == hashes[2] != hashes[3]
    assert len(hashes[0]) == 64


def test_columns_read_only_where_they_exist(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    csv_file("BTCUSDT.csv", {**candles(bars=2), "taker_buy_volume": [4.0, 5.0]})
    folder = csv_file("ETHUSDT.csv", candles(bars=2)).parent

    taker = load_candles(folder).history.taker_buy_volume

    np.testing.assert_array_equal(taker, [[4.0, 5.0], [np.nan, np.nan]])


def test_folders_that_say_they_are_not_meant_are_passed_over(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], tmp_path: Path
) -> None:
    csv_file("1h/BTCUSDT.csv", candles())
    csv_file("5m/BTCUSDT.csv", candles(step_ms=300_000))
    csv_file("funding/BTCUSDT.csv", {"ts_ms": [START], "rate": [1e-4]})

    assert load_candles(tmp_path, interval="1h").skipped == ()
