"""The summary's keys, their meaning, and what it never holds."""

import json
import math

import numpy as np
import pytest

from alphastrike.backtest.artifacts import summary_json
from alphastrike.backtest.summary import plain_value, summarise
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import HOUR_MS

DOCUMENTED_KEYS = (
    "schema_version run_id seed data_hash config_hash symbols interval start_ms end_ms bars "
    "initial_equity final_equity realized_pnl unrealized_pnl fees funding liquidations trades "
    "win_rate sharpe sortino calmar max_drawdown profit_factor exposure turnover "
    "psr halts elapsed_s bars_per_s"
)


def empty_history(history: CandleHistory) -> CandleHistory:
    nothing = np.empty((len(history.symbols), 0))
    times = np.empty(0, dtype=np.int64)
    return CandleHistory(
        history.symbols, HOUR_MS, times, nothing, nothing, nothing, nothing, nothing, nothing
    )


def test_documented_keys_come_first_and_in_order(a_run):
    summary = summarise(a_run())

    assert " ".join(summary).startswith(DOCUMENTED_KEYS + " ")


def test_money_balances_to_the_last_digit(a_run):
    summary = summarise(a_run(symbols=3, bars=500))

    explained = summary["initial_equity"] + summary["realized_pnl"] - summary["fees"] + summary["funding"]
    assert summary["final_equity"] == pytest.approx(explained + summary["unrealized_pnl"], rel=1e-12)
    assert summary["accounting_residual"] == pytest.approx(0.0, abs=1e-8)


def test_a_run_without_trades_says_unknown_and_not_zero_or_infinite(a_run):
    summary = summarise(a_run(symbols=1, bars=200, trade_every=0))

    unknown = ("win_rate", "sharpe", "sortino", "calmar", "profit_factor", "psr", "sharpe_standard_error")
    assert {name: summary[name] for name in unknown} == dict.fromkeys(unknown)
    assert (summary["trades"], summary["exposure"], summary["turnover"], summary["max_drawdown"]) == (
        0,
        0,
        0,
        0,
    )


def test_a_run_without_a_bar_still_has_a_summary(a_run):
    result = a_run(symbols=1, bars=60)
    nothing = {
        name: getattr(result, name)[:0] for name in ("fills", "funding", "equity", "decisions", "trades")
    }

    summary = summarise(
        a_run(
            {**nothing, "history": empty_history(result.history), "bars": 0, "halts": {}}, symbols=1, bars=60
        )
    )

    assert summary["final_equity"] == summary["initial_equity"]
    assert (summary["start_ms"], summary["cagr"], summary["buy_and_hold"]) == (None, None, None)
    assert json.loads(summary_json(summary)) == summary


def test_no_value_is_ever_nan_or_infinite(a_run):
    result = a_run(symbols=2, bars=300)
    result.equity["equity"][100] = math.nan
    result.history.close[1] = math.nan

    text = summary_json(summarise(result))

    assert "NaN" not in text
    assert "Infinity" not in text


def test_only_speed_depends_on_the_clock(a_run):
    slow, fast = summarise(a_run({"elapsed_s": 9.0, "engine_s": 3.0})), summarise(a_run())

    assert {name for name in slow if slow[name] != fast[name]} == {"elapsed_s", "bars_per_s"}
    assert list(slow) == list(fast)


def test_warm_up_is_counted_from_the_first_open(a_run):
    warm_up = summarise(a_run(bars=480))["warm_up"]

    assert warm_up["hours"] == 48.0
    assert warm_up["share"] == pytest.approx(0.1)


def test_a_run_that_was_never_tradable_has_no_warm_up_figures(a_run):
    warm_up = summarise(a_run({"first_tradable_ms": None}))["warm_up"]

    assert set(warm_up.values()) == {None}


def test_halts_follow_the_order_of_the_stages(a_run):
    halts = {"risk": {"min_notional": 1, "gross_exposure": 2}, "gateway": {"gap": 3}}

    ordered = summarise(a_run({"halts": halts}))["halts"]

    assert [(stage, list(codes)) for stage, codes in ordered.items()] == [
        ("gateway", ["gap"]),
        ("risk", ["gross_exposure", "min_notional"]),
    ]


def test_sharpe_comes_with_its_error_and_interval(a_run):
    summary = summarise(a_run(symbols=3, bars=960))

    low, high = summary["sharpe_interval"]
    assert low < summary["sharpe"] < high
    assert summary["sharpe"] - low == pytest.approx(1.96 * summary["sharpe_standard_error"], rel=1e-4)
    assert summary["return_days"] == 40


def test_numpy_values_become_plain_ones():
    plain = plain_value({"a": np.float64(1.5), "b": np.array([1, 2]), "c": (np.inf, np.int64(3)), 4: "x"})

    assert plain == {"a": 1.5, "b": [1, 2], "c": [None, 3], "4": "x"}
    assert all(type(value) in (float, list, str) for value in plain.values())
