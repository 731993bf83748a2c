"""The crashes of record with the default risk rules: no liquidation, a bounded fall, all explained.

How far a fall can go beyond the limit that halts: by the bar that crosses it, since only closed bars are
judged, and by what it costs to close at the next open. Nothing after that moves the account.
"""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

CRASHES = {
    "June 2022": ("1h/BTCUSDT_20220101-20240913.parquet", "BTCUSDT", "2022-01-01", "2022-07-31"),
    "November 2022": ("1h/BTCUSDT_20220101-20240913.parquet", "BTCUSDT", "2022-06-15", "2022-12-15"),
    "March and April 2025": ("4h", "BTCUSDT,ETHUSDT,SOLUSDT", "2024-10-01", "2025-05-01"),
    "10 October 2025": ("4h", "BTCUSDT,ETHUSDT,SOLUSDT,XRPUSDT,DOGEUSDT", "2025-05-01", "2025-11-15"),
}
TIGHT = "caution_drawdown = 0.02\nhalt_drawdown = 0.04\n"
# Rules, their limits, the strategy, and what halts it in which crash.
RUNS = {
    "default": ("", {"drawdown": 0.20, "day_loss": 0.05}, "ema_cross", {}),
    "tight": (TIGHT, {"drawdown": 0.04, "day_loss": 0.05}, "ema_cross", dict.fromkeys(CRASHES, "drawdown")),
    "stubborn": ("", {"drawdown": 0.20, "day_loss": 0.05}, "stubborn.py", {"10 October 2025": "day_loss"}),
}
DAY_MS = 86_400_000
STUBBORN = """
from alphastrike.signals.per_bar import per_bar


class Stubborn:
    features = ("rsi_14h",)

    def forecast(self, bar):
        return 1.0


plugin = per_bar("stubborn", Stubborn, max_holding_hours=720.0)
"""
GAP = 0.001  # an open is where the last close was, near enough


def traded(alphastrike, rules, *arguments):
    """Run with these breakers; returns summary, equity by column, moves of the breaker and fills.

    A run that ended HALTED says so before any number, on the terminal and in the report.
    """
    Path("alphastrike.toml").write_text(f"[risk.breakers]\n{rules}")
    outcome = alphastrike("backtest", *arguments, "--out", "run")
    assert outcome.exit_code == 0, outcome.stderr
    summary = json.loads(Path("run/summary.json").read_text())
    for shown in (outcome.stdout, Path("run/report.html").read_text()):
        assert ("HALTED since" in shown) == (summary["risk_states"]["at_end"] == "halted")
    equity = pq.read_table("run/equity.parquet").to_pydict()
    moves, fills = (pq.read_table(f"run/{name}.parquet").to_pylist() for name in ("risk_states", "fills"))
    return summary, equity, moves, fills


def held_to_the_bound(limits, summary, equity, moves, fills):
    """What halted the run, None for nothing; where something did, it was as late and as dear as it may be."""
    halt = next((move for move in moves if move["after"] == "halted"), None)
    if halt is None:
        assert summary["max_drawdown"] < limits["drawdown"]
        return None
    at, limit = equity["ts_ms"].index(halt["ts_ms"]), limits[halt["trigger"]]
    value, gross = equity["equity"], equity["gross_notional"][at]
    days = [ts_ms // DAY_MS for ts_ms in equity["ts_ms"]]
    today = days.index(days[at])
    before = max(value[: at + 1]) if halt["trigger"] == "drawdown" else value[today - 1]
    closing = [fill for fill in fills if fill["ts_ms"] > equity["ts_ms"][at]]
    cost = value[at] - value[at + 1]
    paid = sum(fill["fee"] + fill["slippage"] for fill in closing)

    assert 1 - value[at - 1] / before < limit <= 1 - value[at] / before == pytest.approx(halt["observed"])
    assert {fill["ts_ms"] for fill in closing} == ({equity["ts_ms"][at] + 1} if gross else set())
    assert abs(cost - paid) <= GAP * gross
    assert set(value[at + 1 :]) == {value[at + 1]}
    deepest = max(*equity["drawdown"][: at + 1], 1 - value[at + 1] / max(value[: at + 1]))
    assert summary["max_drawdown"] == pytest.approx(deepest, abs=1e-12)
    assert 1 - value[at + 1] / before <= limit + (value[at - 1] - value[at] + max(cost, 0.0)) / before
    return halt["trigger"]


@pytest.mark.shared_data
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_is_survived_and_every_state_change_explained(alphastrike, shared_data, crash, run):
    """`stubborn.py` is long from the first bar to the last, as far as the rules let it."""
    data, symbols, start, end = CRASHES[crash]
    rules, limits, strategy, expected = RUNS[run]
    Path("stubborn.py").write_text(STUBBORN)
    folder = shared_data / "candles/binance_usdm"
    if not (folder / data).exists():
        pytest.skip(f"{data} is not there")

    summary, equity, moves, fills = traded(
        alphastrike, rules, "--data", str(folder / data), "--symbols", symbols, "--interval", data[:2],
        "--start", start, "--end", end, "--strategy", strategy,
    )  # fmt: skip

    assert summary["trades"] > 0
    assert summary["liquidations"] == 0
    halted_by = held_to_the_bound(limits, summary, equity, moves, fills)
    assert halted_by == expected.get(crash)
    page = Path("run/report.html").read_text()
    for row in moves[-50:]:
        assert row["trigger"] in page
        assert row["after"] in page


@pytest.mark.parametrize("seed", ["3", "4", "5"])
def test_a_fall_ends_with_the_halt_and_the_cost_of_closing(alphastrike, seed):
    rules, limits, _, _ = RUNS["tight"]

    found = traded(
        alphastrike, rules, "--seed", seed, "--symbols", "BTCUSDT,ETHUSDT", "--strategy", "ema_cross"
    )

    assert held_to_the_bound(limits, *found) == "drawdown"
