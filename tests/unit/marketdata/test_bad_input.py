"""Every way a candle file is wrong: the file, the row, what was seen and what is allowed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.marketdata.candles import load_candles

Columns = dict[str, list[Any]]
START = 1_704_067_200_000
HOUR = 3_600_000
NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("column", "value", "rule", "observed"),
    [
        ("open", NAN, "open is no number", "nan"),
        ("close", INF, "close is no number", "inf"),
        ("low", 0.0, "price is zero or negative", "0"),
        ("close", -1.0, "price is zero or negative", "-1"),
        ("volume", NAN, "volume is no number", "nan"),
        ("volume", -2.0, "negative volume", "-2"),
        ("high", 50.0, "high below low", "high 50, low 102"),
        ("open", 200.0, "open outside its candle", "open 200.0"),
        ("close", 101.5, "close outside its candle", "close 101.5"),
        ("ts_ms", START, "unsorted rows", "2024-01-01 00:00:00 UTC after 2024-01-01 02:00:00 UTC"),
        ("ts_ms", START + 2 * HOUR, "duplicated time", "2024-01-01 02:00:00 UTC after 2024-01-01 02:00:00"),
        ("ts_ms", START + 3 * HOUR + 1, "time beside the 1h grid", "2024-01-01 03:00:00.001 UTC"),
        ("ts_ms", START // 1000, "mixed units of time", "1970-01-20 17:21:07.200 UTC, seconds by its size"),
    ],
)
def test_one_bad_cell_is_told_with_its_row(
    candles: Callable[..., Columns],
    parquet_file: Callable[..., Path],
    column: str,
    value: float,
    rule: str,
    observed: str,
) -> None:
    rows = candles()
    rows[column][3] = value
    path = parquet_file("BTCUSDT.parquet", rows, symbol="BTCUSDT", interval="1h")

    with pytest.raises(DataError) as told:
        load_candles(path)

    lines = str(told.value).splitlines()
    named = "time" if column == "ts_ms" else column
    assert lines[0] == f"{path}, row 4, column {named}: {rule}"
    assert lines[1].startswith(f"  observed: {observed}")
    assert lines[2].startswith("  allowed:  ")
    assert lines[3].startswith("  to do:    ")
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("per_ms", "divide", "unit"),
    [(1, 1_000, "seconds"), (1_000, 1, "microseconds"), (10**6, 1, "nanoseconds")],
)
def test_a_file_in_another_unit_of_time_is_refused(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], per_ms: int, divide: int, unit: str
) -> None:
    rows = candles()
    rows["ts_ms"] = [ts * per_ms // divide for ts in rows["ts_ms"]]

    with pytest.raises(
        DataError, match=f"row 1, column time: time is not in milliseconds\n.*{unit} by its size"
    ):
        load_candles(csv_file("BTCUSDT.csv", rows))


def test_the_number_of_bad_rows_is_told(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles()
    rows["volume"] = [-1.0] * 6

    with pytest.raises(DataError, match=r"row 1.*\n  observed: -1 \(6 rows in all\)"):
        load_candles(csv_file("BTCUSDT.csv", rows))


def test_takers_cannot_buy_more_than_was_traded(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = {**candles(), "taker_buy_volume": [1.0, 2.0, 13.0, 1.0, 1.0, 1.0]}

    with pytest.raises(
        DataError, match=r"row 3, column taker_buy_volume: takers bought more.*\n  observed: 13"
    ):
        load_candles(csv_file("BTCUSDT.csv", rows))


def test_a_missing_path_names_what_is_beside_it(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles())

    with pytest.raises(DataError, match=r"no such file or folder\n  observed: beside it: BTCUSDT\.csv"):
        load_candles(path.with_name("BTCUSD.csv"))


def test_an_empty_file_is_refused_even_among_good_ones(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles())
    path.with_name("ETHUSDT.csv").touch()

    with pytest.raises(DataError, match=r"ETHUSDT\.csv: empty file\n  observed: 0 bytes"):
        load_candles(path.parent)


def test_missing_columns_come_with_the_nearest_names(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles()
    rows["clsoe"] = rows.pop("close")

    with pytest.raises(DataError, match=r"missing column close\n.*clsoe; nearest: clsoe"):
        load_candles(csv_file("BTCUSDT.csv", rows))


def test_a_wrong_interval_is_told_against_what_the_name_says(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT-5m.csv", candles())

    with pytest.raises(
        DataError, match=r"wrong interval\n  observed: most rows are 1h apart\n  allowed:  5m"
    ):
        load_candles(path)


def test_a_wrong_interval_is_told_against_what_was_asked_for(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles())

    with pytest.raises(DataError, match=r"wrong interval\n  observed: .*its interval is 1h\n  allowed:  5m"):
        load_candles(path, interval="5m")


def test_an_interval_no_venue_offers_is_refused(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles(step_ms=420_000))

    with pytest.raises(DataError, match="unusual interval\n  observed: rows 420000 ms apart"):
        load_candles(path)


def test_an_unknown_interval_name_is_a_configuration_fault(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    with pytest.raises(ConfigError, match="'7m'"):
        load_candles(csv_file("BTCUSDT.csv", candles()), interval="7m")


def test_files_of_several_intervals_need_a_choice(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    csv_file("BTCUSDT.csv", candles())
    folder = csv_file("ETHUSDT.csv", candles(step_ms=300_000)).parent

    with pytest.raises(
        DataError, match=r"several intervals\n  observed: 5m \(ETHUSDT\.csv\), 1h \(BTCUSDT\.csv\)"
    ):
        load_candles(folder)


def test_overlapping_files_are_named_with_the_time_they_share(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    csv_file("BTCUSDT_a.csv", candles(bars=6))
    folder = csv_file("BTC_USDT-b.csv", candles(bars=6, start_ms=START + 4 * HOUR)).parent

    with pytest.raises(DataError) as told:
        load_candles(folder)

    assert "BTC_USDT-b.csv, row 1, column time: overlaps another file of BTCUSDT: BTCUSDT_a.csv" in str(
        told.value
    )
    assert "both cover 2024-01-01 04:00:00 UTC to 2024-01-01 05:00:00 UTC" in str(told.value)


def test_an_unknown_symbol_comes_with_the_nearest_names(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles())

    with pytest.raises(
        DataError, match="unknown symbol\n  observed: BTCUSTD; nearest: BTCUSDT\n  allowed:  BTCUSDT"
    ):
        load_candles(path, symbols=["BTCUSTD"])


def test_an_end_before_the_start_is_refused(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles())

    for end_ms in (START - 1, START):
        with pytest.raises(DataError, match="end before start\n  observed: start 2024-01-01"):
            load_candles(path, start_ms=START, end_ms=end_ms)


def test_a_time_without_data_names_the_time_that_has_some(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles())

    with pytest.raises(DataError, match=r"allowed:  .* 2024-01-01 00:00:00 UTC to 2024-01-01 05:00:00 UTC"):
        load_candles(path, start_ms=START + 100 * HOUR)


def test_files_of_several_venues_are_refused(
    candles: Callable[..., Columns], parquet_file: Callable[..., Path]
) -> None:
    parquet_file("BTCUSDT.parquet", candles(), venue="okx_swap")
    folder = parquet_file("ETHUSDT.parquet", candles(), venue="binance_usdm").parent

    with pytest.raises(DataError, match="several venues\n  observed: binance_usdm, okx_swap"):
        load_candles(folder)


def test_a_stray_date_does_not_ask_for_endless_memory(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    rows = candles(step_ms=1_000)
    rows["ts_ms"][-1] = 4_000_000_000_000

    with pytest.raises(DataError, match="too much data for one run"):
        load_candles(csv_file("BTCUSDT.csv", rows))


def test_files_of_other_kinds_are_refused_on_their_own(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], parquet_file: Callable[..., Path]
) -> None:
    funding = csv_file("BTCUSDT-fundingRate.csv", {"calc_time": [START], "last_funding_rate": [0.0001]})
    mark = parquet_file("BTCUSDT.parquet", candles(), kind="mark")

    with pytest.raises(DataError, match="not a candle file\n  observed: a file of kind funding"):
        load_candles(funding)
    with pytest.raises(DataError, match="not a candle file\n  observed: a file of kind mark"):
        load_candles(mark)


def test_a_folder_without_candles_says_why_nothing_was_used(
    csv_file: Callable[..., Path],
) -> None:
    folder = csv_file("MANIFEST.csv", {"file": ["a"], "rows": [5]}).parent

    with pytest.raises(
        DataError, match=r"no candle file to use\n  observed: MANIFEST\.csv: no candle columns"
    ):
        load_candles(folder)


def test_one_row_without_an_interval_is_refused(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    with pytest.raises(DataError, match="unknown interval\n  observed: one row"):
        load_candles(csv_file("BTCUSDT.csv", candles(bars=1)))


def test_one_row_beside_the_grid_of_the_interval_it_is_given_is_refused(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    with pytest.raises(DataError, match="time beside the 4h grid"):
        load_candles(csv_file("BTCUSDT.csv", candles(bars=1, start_ms=START + HOUR)), interval="4h")


def test_text_in_another_encoding_is_refused(
    candles: Callable[..., Columns], csv_file: Callable[..., Path]
) -> None:
    path = csv_file("BTCUSDT.csv", candles(bars=400))
    path.write_bytes(path.read_bytes()[:-2] + "é".encode("latin-1") + b"\n")

    with pytest.raises(DataError, match=r"BTCUSDT\.csv: not a readable table"):
        load_candles(path)


def test_an_interval_with_no_folder_of_its_own_is_told_what_there_is(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], tmp_path: Path
) -> None:
    csv_file("1h/BTCUSDT.csv", candles())

    with pytest.raises(DataError, match="no candle file to use\n  observed: files in 1h only"):
        load_candles(tmp_path, interval="5m")
