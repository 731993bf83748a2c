"""The crashes of record with the default risk rules: no liquidation, a bounded fall, all explained."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.shared_data

CRASHES = {
    "June 2022": ("1h/BTCUSDT_20220101-20240913.parquet", "BTCUSDT", "2022-01-01", "2022-07-31"),
    "November 2022": ("1h/BTCUSDT_20220101-20240913.parquet", "BTCUSDT", "2022-06-15", "2022-12-15"),
    "March and April 2025": ("4h", "BTCUSDT,ETHUSDT,SOLUSDT", "2024-10-01", "2025-05-01"),
    "10 October 2025": ("4h", "BTCUSDT,ETHUSDT,SOLUSDT,XRPUSDT,DOGEUSDT", "2025-05-01", "2025-11-15"),
}


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_is_survived_and_every_state_change_explained(alphastrike, shared_data, crash):
    data, symbols, start, end = CRASHES[crash]
    folder = shared_data / "candles/binance_usdm"
    interval = data[:2]
    if not (folder / data).exists():
        pytest.skip(f"{data} is not there")

    outcome = alphastrike(
        "backtest", "--data", str(folder / data), "--symbols", symbols, "--interval", interval,
        "--start", start, "--end", end, "--strategy", "ema_cross", "--out", "run",
    )  # fmt: skip

    assert outcome.exit_code == 0, outcome.stderr
    summary = json.loads(Path("run/summary.json").read_text())
    equity = pq.read_table("run/equity.parquet").to_pydict()
    peak, worst_bar = summary["initial_equity"], 0.0
    for before, after in zip(equity["equity"], equity["equity"][1:], strict=False):
        peak = max(peak, before)
        worst_bar = max(worst_bar, (before - after) / peak)
    assert summary["trades"] > 0
    assert summary["liquidations"] == 0
    assert summary["max_drawdown"] <= 0.20 + 2 * worst_bar  # the bar that halts, and the one that closes
    page = Path("run/report.html").read_text()
    for row in pq.read_table("run/risk_states.parquet").to_pylist()[-50:]:
        assert row["trigger"] in page
        assert row["after"] in page
