"""The breaker's journal in the summary and the report."""

from alphastrike.backtest.metrics.buy_and_hold import buy_and_hold
from alphastrike.backtest.report.page import render_report
from alphastrike.backtest.risk_states import state_note
from alphastrike.backtest.summary import summarise
from alphastrike.backtest.tables import all_tables


def test_the_summary_adds_up_the_hours_of_each_state(a_run):
    states = summarise(a_run(symbols=2, bars=480))["risk_states"]

    assert (states["changes"], states["at_end"]) == (2, "cooldown")
    assert states["hours"]["halted"] == 12.0
    assert abs(sum(states["hours"].values()) - 480) < 1e-6
    assert states["latest"][0]["trigger"] == "day_loss"


def test_the_report_explains_each_change(a_run):
    run = a_run(symbols=2, bars=480)
    summary = summarise(run)

    page = render_report(run, summary, buy_and_hold(run.history))

    assert "day_loss" in page
    table = next(table for table in all_tables(summary) if table.title == "Breaker")
    assert table.rows[0][1:] == ("normal", "halted", "day_loss", "0.0610", "0.0500")
    assert table.warnings == (0,)
    assert "(2.5%)" in table.note


def test_a_long_journal_says_what_it_leaves_out():
    note = state_note({"hours": {"normal": 1.0}, "changes": 60, "latest": [{}] * 50})

    assert "The 10 changes before these are in risk_states.parquet." in note
