"""The store: what goes in comes out, and nothing goes in by halves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alphastrike.domain.errors import DataError
from alphastrike.marketdata.candles import load_candles
from alphastrike.marketdata.funding import load_funding
from alphastrike.marketdata.importing import import_files
from alphastrike.marketdata.store import list_store, save_funding, save_history

Columns = dict[str, list[Any]]
START = 1_704_067_200_000
HOUR = 3_600_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_an_import_goes_to_venue_interval_symbol(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    path = csv_file("BTC-USDT-SWAP.csv", candles())

    written = import_files([path], root, venue="okx_swap")

    assert [series.path for series in written] == [root / "okx_swap" / "1h" / "BTCUSDT.parquet"]
    series = written[0]
    assert (series.venue, series.kind, series.interval, series.symbol) == (
        "okx_swap",
        "candles",
        "1h",
        "BTCUSDT",
    )
    assert (series.rows, series.start_ms, series.end_ms) == (6, START, START + 5 * HOUR)
    assert list_store(root) == written


def test_what_was_imported_loads_as_the_file_did(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    path = csv_file("BTCUSDT.csv", {**candles(), "taker_buy_volume": [1.0] * 6, "trades": [3] * 6})
    import_files([path], root, venue="binance_usdm")

    stored = load_candles(root)

    assert stored.content_hash == load_candles(path).content_hash
    assert (stored.venue, stored.market) == ("binance_usdm", "perp")


def test_importing_again_merges_equal_rows(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    import_files([csv_file("a/BTCUSDT.csv", candles(bars=4))], root, venue="v")
    longer = {**candles(bars=7), "trades": [9] * 7}
    late = {name: values[2:] for name, values in longer.items()}

    written = import_files([csv_file("b/BTCUSDT.csv", late)], root, venue="v")

    assert (written[0].rows, written[0].end_ms) == (7, START + 6 * HOUR)
    assert load_candles(root).history.close.tolist() == [[100.0 + row for row in range(7)]]


def test_rows_that_disagree_with_the_store_change_nothing(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    import_files([csv_file("a/ETHUSDT.csv", candles(bars=4))], root, venue="v")
    before = load_candles(root).content_hash
    rows = candles(bars=6)
    rows["close"][1] += 0.25
    folder = csv_file("b/ETHUSDT.csv", rows).parent
    csv_file("b/BTCUSDT.csv", candles())

    with pytest.raises(DataError) as told:
        import_files([folder], root, venue="v")

    assert "ETHUSDT.csv, row 2, column close: disagrees with" in str(told.value)
    assert "observed: close 101.25" in str(told.value)
    assert load_candles(root).content_hash == before
    assert [file.name for file in root.rglob("*") if file.is_file()] == ["ETHUSDT.parquet"]


def test_overlapping_files_of_one_import_are_merged(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    rows = candles(bars=6)
    csv_file("in/BTCUSDT-a.csv", {name: values[:4] for name, values in rows.items()})
    folder = csv_file("in/BTCUSDT-b.csv", {name: values[2:] for name, values in rows.items()}).parent

    assert import_files([folder], root, venue="v")[0].rows == 6


def test_a_file_without_venue_needs_one(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    with pytest.raises(DataError, match="unknown venue"):
        import_files([csv_file("BTCUSDT.csv", candles())], root)

    assert not root.exists()


def test_symbol_and_interval_can_be_told(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    path = csv_file("prices.csv", candles(bars=1))

    written = import_files([path], root, venue="v", symbol="BTC/USDT:USDT", interval="1h")

    assert written[0].path == root / "v" / "1h" / "BTCUSDT.parquet"


@pytest.mark.parametrize("told", [{"symbol": "ETHUSDT"}, {"interval": "5m"}, {"venue": "okx_swap"}])
def test_what_is_told_must_not_contradict_the_file(
    candles: Callable[..., Columns], parquet_file: Callable[..., Path], root: Path, told: dict[str, str]
) -> None:
    path = parquet_file("x.parquet", candles(), symbol="BTCUSDT", venue="binance_usdm", interval="1h")

    with pytest.raises(DataError, match=f"another {next(iter(told))} than asked for"):
        import_files([path], root, **told)


def test_a_file_cannot_choose_a_place_outside_the_store(
    candles: Callable[..., Columns], parquet_file: Callable[..., Path], root: Path
) -> None:
    path = parquet_file("x.parquet", candles(), symbol="BTCUSDT", venue="../../elsewhere", interval="1h")

    with pytest.raises(DataError, match="not a name"):
        import_files([path], root)


def test_funding_is_stored_beside_the_candles(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    times = [START, START + 8 * HOUR]
    csv_file("in/BTCUSDT.csv", candles())
    folder = csv_file(
        "in/BTCUSDT-fundingRate.csv", {"calc_time": times, "last_funding_rate": [1e-4, 2e-4]}
    ).parent

    written = import_files([folder], root, venue="binance_usdm")

    assert [series.kind for series in written] == ["candles", "funding"]
    assert load_funding(root, ("BTCUSDT",), "binance_usdm").rate.tolist() == [1e-4, 2e-4]
    assert load_funding(root / "binance_usdm", ("BTCUSDT",)).ts_ms.tolist() == times
    assert load_candles(root).history.symbols == ("BTCUSDT",)


def test_a_store_of_several_venues_needs_a_choice(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    path = csv_file("BTCUSDT.csv", candles())
    for venue in ("one", "two"):
        import_files([path], root, venue=venue)

    with pytest.raises(DataError, match="candles of several venues\n  observed: one, two"):
        load_candles(root)
    assert load_candles(root / "two").venue == "two"


def test_what_was_made_here_is_saved_and_replaced(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    rows = {name: values[:2] + values[3:] for name, values in candles().items()}
    history = load_candles(csv_file("BTCUSDT.csv", rows)).history
    path = csv_file("BTCUSDT-funding.csv", {"time": [START], "rate": [1e-4]})
    funding = load_funding(path, ("BTCUSDT", "ETHUSDT"))

    for _ in range(2):
        save_history(history, root, "synthetic")
        save_funding(funding, root, "synthetic")

    np.testing.assert_array_equal(load_candles(root).history.close, history.close)
    assert load_funding(root, ("BTCUSDT",)).rate.tolist() == [1e-4]


def test_nothing_to_import_is_an_error(csv_file: Callable[..., Path], root: Path) -> None:
    folder = csv_file("MANIFEST.csv", {"file": ["x"], "rows": [1]}).parent

    with pytest.raises(DataError, match="nothing to import"):
        import_files([folder], root)
    with pytest.raises(DataError, match="nothing the store holds"):
        import_files([folder / "MANIFEST.csv"], root)


def test_listing_no_folder_is_an_error(root: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        list_store(root)


def test_a_damaged_file_of_the_store_is_named(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    written = import_files([csv_file("BTCUSDT.csv", candles())], root, venue="v")
    written[0].path.write_bytes(b"PAR1 cut off")

    with pytest.raises(DataError, match=r"BTCUSDT\.parquet: not a readable Parquet file"):
        list_store(root)


def test_a_write_that_fails_leaves_the_store_as_it_was(
    candles: Callable[..., Columns], csv_file: Callable[..., Path], root: Path
) -> None:
    good = csv_file("a/BTCUSDT.csv", candles())
    bad = candles()
    bad["low"][2] = -1.0
    csv_file("b/BTCUSDT.csv", candles())
    folder = csv_file("b/ETHUSDT.csv", bad).parent
    import_files([good], root, venue="v")
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}

    with pytest.raises(DataError, match=r"ETHUSDT\.csv, row 3, column low"):
        import_files([folder], root, venue="v")

    assert {file: file.read_bytes() for file in root.rglob("*") if file.is_file()} == before
