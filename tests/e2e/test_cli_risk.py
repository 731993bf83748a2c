"""`alphastrike risk explain` on a run and on a saved state."""

import json
from pathlib import Path

from alphastrike.app.risk_state_file import save_risk
from tests.builders import START_MS
from tests.desks import a_trader

SMALL = ("--strategy", "ema_cross", "--symbols", "BTCUSDT,ETHUSDT")


def test_a_run_is_explained_with_every_limit(alphastrike):
    alphastrike("backtest", *SMALL, "--out", "run")

    shown, printed = alphastrike("risk", "explain", "run"), alphastrike("risk", "explain", "run", "--json")

    assert (shown.exit_code, printed.exit_code) == (0, 0)
    panel = json.loads(printed.stdout)
    assert len(panel["limits"]) == 13
    assert all(row["rule"] in shown.stdout for row in panel["limits"])
    assert f"Breaker {panel['breaker']['state']}" in shown.stdout


def test_a_saved_state_is_explained(alphastrike):
    trader = a_trader()
    trader.hold(1_000, 100.0)
    trader.marked(101.0)
    save_risk(trader.desk, ("BTCUSDT",), START_MS, Path("state"))

    panel = json.loads(alphastrike("risk", "explain", "--state", "state", "--json").stdout)

    use = {row["rule"]: row["observed"] for row in panel["limits"]}
    assert use["gross_exposure"] == use["symbol_exposure"] == use["cluster_exposure"] == 101.0
    assert use["position_count"] == 1.0
    assert panel["leverage"]["value"] == 3.0


def test_what_cannot_be_explained_says_why(alphastrike):
    Path("empty").mkdir()
    Path("other").mkdir()
    Path("other/summary.json").write_text("{}")
    Path("torn").mkdir()
    Path("torn/leverage_state.json").write_text("{")
    Path("broken").mkdir()
    Path("broken/summary.json").write_text("{")

    wrong = [
        (2, ()),
        (2, ("empty",)),
        (2, ("other",)),
        (2, ("broken",)),
        (2, ("--state", "empty")),
        (2, ("--state", "torn")),
    ]
    for code, arguments in wrong:
        outcome = alphastrike("risk", "explain", *arguments)
        assert outcome.exit_code == code, (arguments, outcome.stderr)
        assert outcome.stderr.startswith("error: ")
