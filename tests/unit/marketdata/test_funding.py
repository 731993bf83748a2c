"""Loading funding rates: venues, overlaps, units."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from alphastrike.domain.errors import DataError
from alphastrike.marketdata.fingerprint import funding_hash
from alphastrike.marketdata.funding import load_funding

START = 1_704_067_200_000
EIGHT_HOURS = 28_800_000
TIMES = [START + EIGHT_HOURS * row for row in range(3)]


def test_rates_are_kept_symbol_after_symbol(csv_file: Callable[..., Path]) -> None:
    csv_file("BTCUSDT.csv", {"ts_ms": TIMES, "rate": [1e-4, 2e-4, -3e-4]})
    folder = csv_file("ETHUSDT.csv", {"ts_ms": TIMES[:2], "rate": [5e-5, 6e-5]}).parent

    funding = load_funding(folder, ("BTCUSDT", "ETHUSDT", "SOLUSDT"))

    assert funding.symbols == ("BTCUSDT", "ETHUSDT", "SOLUSDT")
    assert funding.offsets.tolist() == [0, 3, 5, 5]
    assert funding.of(0)[0].tolist() == TIMES
    assert funding.of(1)[1].tolist() == [5e-5, 6e-5]
    assert funding.of(2)[0].size == 0
    assert funding.symbols_without_rates == ("SOLUSDT",)
    assert (funding.ts_ms.dtype, funding.rate.dtype, funding.offsets.dtype) == (
        np.int64,
        np.float64,
        np.int64,
    )


def test_overlapping_files_that_agree_are_one(csv_file: Callable[..., Path]) -> None:
    late = [TIMES[1] + 14, TIMES[2] + 2_000]
    csv_file("BTCUSDT_a.csv", {"ts_ms": TIMES, "rate": [1e-4, 2e-4, 3e-4]})
    folder = csv_file("BTCUSDT_b.csv", {"ts_ms": late, "rate": [2e-4, 3e-4]}).parent

    ts_ms, rate = load_funding(folder, ("BTCUSDT",)).of(0)

    assert ts_ms.tolist() == TIMES
    assert rate.tolist() == [1e-4, 2e-4, 3e-4]


def test_two_rates_of_one_settlement_are_an_error_naming_both(csv_file: Callable[..., Path]) -> None:
    csv_file("BTCUSDT_a.csv", {"ts_ms": TIMES, "rate": [1e-4, 2e-4, 3e-4]})
    folder = csv_file("BTCUSDT_b.csv", {"ts_ms": TIMES[1:], "rate": [2e-4, 4e-4]}).parent

    with pytest.raises(DataError) as told:
        load_funding(folder, ("BTCUSDT",))

    assert "BTCUSDT_b.csv, row 2, column rate: another rate than row 3 of BTCUSDT_a.csv" in str(told.value)
    assert "observed: 0.0004 at 2024-01-01 16:00:00 UTC" in str(told.value).replace(
        "np.float64(0.0004)", "0.0004"
    )


def test_the_venues_own_folder_is_chosen(csv_file: Callable[..., Path], tmp_path: Path) -> None:
    csv_file("funding/binance_usdm/BTCUSDT.csv", {"ts_ms": TIMES, "rate": [1e-4] * 3})
    csv_file("funding/hyperliquid/BTC.csv", {"ts_ms": TIMES, "rate": [7e-4] * 3})

    funding = load_funding(tmp_path / "funding", ("BTCUSDT",), "hyperliquid")

    assert funding.rate.tolist() == [7e-4] * 3


def test_an_unknown_venue_cannot_choose_between_two(csv_file: Callable[..., Path], tmp_path: Path) -> None:
    csv_file("funding/binance_usdm/BTCUSDT.csv", {"ts_ms": TIMES, "rate": [1e-4] * 3})
    csv_file("funding/hyperliquid/BTC.csv", {"ts_ms": TIMES, "rate": [7e-4] * 3})

    with pytest.raises(
        DataError, match="several venues hold funding of BTCUSDT\n  observed: binance_usdm, hyperliquid"
    ):
        load_funding(tmp_path / "funding", ("BTCUSDT",))


def test_a_venue_without_files_leaves_every_symbol_without_rates(
    csv_file: Callable[..., Path], tmp_path: Path
) -> None:
    csv_file("funding/binance_usdm/BTCUSDT.csv", {"ts_ms": TIMES, "rate": [1e-4] * 3})

    funding = load_funding(tmp_path / "funding", ("BTCUSDT",), "okx_swap")

    assert funding.symbols_without_rates == ("BTCUSDT",)


@pytest.mark.parametrize(
    ("column", "row", "value", "rule"),
    [
        ("rate", 1, 0.25, "row 2, column rate: rate too large for a fraction\n  observed: 0.25"),
        ("rate", 2, float("nan"), "row 3, column rate: rate is no number"),
        ("ts_ms", 2, START, "row 3, column time: unsorted rows"),
        ("ts_ms", 0, START // 1000, "row 1, column time: mixed units of time"),
    ],
)
def test_a_bad_row_is_told(
    csv_file: Callable[..., Path], column: str, row: int, value: float, rule: str
) -> None:
    rows: dict[str, list[float]] = {"ts_ms": list(TIMES), "rate": [1e-4] * 3}
    rows[column][row] = value

    with pytest.raises(DataError) as told:
        load_funding(csv_file("BTCUSDT-fundingRate.csv", rows), ("BTCUSDT",))

    assert rule in str(told.value)


def test_files_of_binance_vision_and_freqtrade_are_read(
    csv_file: Callable[..., Path], tmp_path: Path
) -> None:
    csv_file(
        "BTCUSDT-fundingRate-2024-01.csv",
        {"calc_time": TIMES, "funding_interval_hours": [8] * 3, "last_funding_rate": [1e-4] * 3},
    )
    zeros = [0.0] * 3
    dates = pa.array(TIMES, pa.timestamp("ms", tz="UTC"))
    table = pa.table({"date": dates, "open": [2e-4] * 3, "high": zeros, "low": zeros, "close": zeros})
    path = tmp_path / "ETH_USDT_USDT-1h-funding_rate.feather"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)

    funding = load_funding(tmp_path, ("BTCUSDT", "ETHUSDT"))

    assert funding.rate.tolist() == [1e-4] * 3 + [2e-4] * 3


def test_a_path_without_funding_is_refused(csv_file: Callable[..., Path]) -> None:
    folder = csv_file("MANIFEST.csv", {"file": ["x"], "rows": [1]}).parent

    with pytest.raises(DataError, match="no funding file"):
        load_funding(folder, ("BTCUSDT",))


def test_the_hash_depends_on_content_alone(csv_file: Callable[..., Path]) -> None:
    one = csv_file("a/BTCUSDT.csv", {"ts_ms": TIMES, "rate": [1e-4] * 3})
    two = csv_file("b/BTC_USDT-funding.csv", {"time": TIMES, "fundingRate": [1e-4] * 3})
    three = csv_file("c/BTCUSDT.csv", {"ts_ms": TIMES, "rate": [1e-4, 1e-4, 2e-4]})

    hashes = [funding_hash(load_funding(path, ("BTCUSDT",))) for path in (one, two, three)]

    assert hashes[0] == hashes[1] != hashes[2]


def test_funding_in_freqtrade_json_is_read(tmp_path: Path) -> None:
    path = tmp_path / "BTC_USDT_USDT-8h-funding_rate.json"
    path.write_text(f"[[{TIMES[0]}, 0.0001, 0, 0, 0, 0], [{TIMES[1]}, -0.0002, 0, 0, 0, 0]]")

    assert load_funding(path, ("BTCUSDT",)).rate.tolist() == [0.0001, -0.0002]


def test_a_funding_file_of_an_unknown_symbol_is_refused(csv_file: Callable[..., Path]) -> None:
    path = csv_file("rates.csv", {"ts_ms": TIMES, "rate": [1e-4] * 3})

    with pytest.raises(DataError, match=r"unknown symbol\n  observed: rates\.csv"):
        load_funding(path, ("BTCUSDT",))
