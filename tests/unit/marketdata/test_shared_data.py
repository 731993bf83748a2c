"""Real candles and funding rates of three venues load as they are."""

from pathlib import Path

import numpy as np
import pytest

from alphastrike.marketdata.candles import load_candles
from alphastrike.marketdata.findings import Severity
from alphastrike.marketdata.funding import load_funding
from alphastrike.marketdata.verify import verify

pytestmark = pytest.mark.shared_data

FOLDERS = {
    "binance_usdm/1h": (37, 3_600_000),
    "binance_usdm/4h": (26, 14_400_000),
    "binance_usdm/5m": (8, 300_000),
    "hyperliquid/1h": (14, 3_600_000),
    "hyperliquid/5m": (5, 300_000),
    "okx_swap/5m": (2, 300_000),
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_candle_folder_loads(shared_data: Path, folder: str) -> None:
    data = load_candles(shared_data / "candles" / folder)

    history = data.history
    symbols, interval = FOLDERS[folder]
    assert (len(history.symbols), history.interval_ms) == (symbols, interval)
    assert list(history.symbols) == sorted(history.symbols)
    assert all(symbol.endswith("USDT") for symbol in history.symbols)
    assert (np.diff(history.open_time_ms) == interval).all()
    assert data.venue == folder.partition("/")[0]
    assert (data.market, data.skipped) == ("perp", ())


def test_hyperliquid_coins_have_the_names_they_have_everywhere(shared_data: Path) -> None:
    history = load_candles(shared_data / "candles" / "hyperliquid" / "1h").history

    assert {"BTCUSDT", "1000PEPEUSDT"} <= set(history.symbols)


@pytest.mark.parametrize(
    ("venue", "rows"), [("binance_usdm", 16_898), ("hyperliquid", 136_715), ("okx_swap", 0)]
)
def test_the_funding_folder_loads_for_every_venue(shared_data: Path, venue: str, rows: int) -> None:
    folder = "5m" if venue == "okx_swap" else "1h"
    symbols = load_candles(shared_data / "candles" / venue / folder).history.symbols

    funding = load_funding(shared_data / "funding", symbols, venue)

    assert len(funding.ts_ms) == rows
    for row in range(len(symbols)):
        assert (np.diff(funding.of(row)[0]) > 2_000).all()


def test_real_perpetuals_pass_and_real_spot_under_their_name_does_not(
    shared_data: Path, tmp_path: Path
) -> None:
    spot = shared_data / "candles" / "binance_spot" / "1h"
    perpetual = next((shared_data / "candles" / "binance_usdm" / "1h").glob("BTCUSDT_2022*"))
    disguised = tmp_path / "BTCUSDT.csv"
    history = load_candles(spot, symbols=["BTCUSDT"]).history
    columns = (history.open_time_ms, history.open[0], history.high[0], history.low[0], history.close[0])
    rows = [(*row, 1.0) for row in zip(*columns, strict=True) if not np.isnan(row[1])]
    disguised.write_text(
        "\n".join(
            ["ts_ms,open,high,low,close,volume", *(",".join(map(repr, map(float, row))) for row in rows)]
        )
    )

    honest = [finding for finding in verify(perpetual, reference=spot) if finding.severity is Severity.ERROR]
    caught = [
        finding.rule for finding in verify(disguised, reference=spot) if finding.severity is Severity.ERROR
    ]

    assert honest == []
    assert caught == ["spot passed off as a perpetual"]
