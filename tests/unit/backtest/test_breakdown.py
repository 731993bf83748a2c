"""Sides, symbols and exit reasons add up to the whole."""

import pytest

from alphastrike.backtest.metrics.breakdown import by_exit_reason, by_side, by_symbol
from alphastrike.backtest.metrics.trades import net_profit


def test_symbols_add_up_to_final_less_initial_equity(a_run):
    result = a_run(symbols=3, bars=500)

    rows = by_symbol(result)

    earned = result.equity["equity"][-1] - result.initial_equity
    assert sum(row["profit"] for row in rows.values()) == pytest.approx(earned, abs=1e-8)


def test_a_symbols_profit_is_its_parts(a_run):
    result = a_run(symbols=3, bars=500)

    for row in by_symbol(result).values():
        parts = row["realized_pnl"] - row["fees"] + row["funding"] + row["unrealized_pnl"]
        assert row["profit"] == pytest.approx(parts, abs=1e-8)


def test_sides_and_reasons_hold_every_trade_once(a_run):
    result = a_run(symbols=3, bars=500)
    whole = float(net_profit(result.trades).sum())

    for split in (by_side(result), by_exit_reason(result)):
        assert sum(row["count"] for row in split.values()) == result.trades.size
        assert sum(row["net_profit"] for row in split.values()) == pytest.approx(whole)


def test_reasons_carry_their_labels(a_run):
    assert list(by_exit_reason(a_run(symbols=3, bars=500))) == ["signal_exit", "stop", "take_profit"]


def test_a_run_without_trades_has_rows_of_nothing(a_run):
    result = a_run(symbols=2, bars=100, trade_every=0)

    assert by_exit_reason(result) == {}
    assert by_side(result)["long"]["count"] == 0
    assert by_symbol(result)["AUSDT"]["profit"] == 0.0
