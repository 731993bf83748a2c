"""The breaker's journal in the summary and the report."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from alphastrike.backtest.console import print_summary
from alphastrike.backtest.halted import halt_note
from alphastrike.backtest.metrics.buy_and_hold import buy_and_hold
from alphastrike.backtest.report.page import render_report
from alphastrike.backtest.risk_states import change_rows, state_note
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
    assert table.rows[0][1:] == ("normal", "halted", "day_loss", "6.10%", "5.00%")
    assert table.warnings == (0,)
    assert "(2.5%)" in table.note


@pytest.mark.parametrize(
    ("trigger", "observed", "limit", "words"),
    [
        ("calm", 14_400_000.0, 14_400_000.0, ("4.0 h", "4.0 h")),
        ("loss_streak", 5.0, 4.0, ("5", "4")),
        ("raw_leverage", 0.4825, 0.5, ("0.48", "0.50")),
    ],
)
def test_a_change_is_told_in_the_unit_of_its_trigger(trigger, observed, limit, words):
    change = {"ts_ms": 0, "before": "normal", "after": "caution", "trigger": trigger}

    rows = change_rows({"latest": [change | {"observed": observed, "limit": limit}]})

    assert rows[0][-2:] == words


def test_a_long_journal_says_what_it_leaves_out():
    note = state_note({"hours": {"normal": 1.0}, "changes": 60, "latest": [{}] * 50})

    assert "The 10 changes before these are in risk_states.parquet." in note


def test_a_run_that_was_resumed_is_not_called_halted(a_run):
    summary = summarise(a_run(symbols=2, bars=480))

    assert summary["risk_states"]["halted"] is None
    assert halt_note(summary) is None


def test_a_run_that_ended_halted_says_since_when_why_and_what_to_do(a_run):
    run = a_run(symbols=2, bars=480)
    run = replace(run, risk_states=run.risk_states[:1])
    panel = run.risk | {"breaker": run.risk["breaker"] | {"since_ms": int(run.risk_states[0]["ts_ms"])}}
    run = replace(run, risk=panel)

    summary = summarise(run)
    terminal = Console(file=StringIO(), width=400)
    print_summary(summary, terminal)

    note = halt_note(summary)
    assert note.startswith(
        "HALTED since 2024-01-06 10:00 UTC (day_loss 0.0610, limit 0.0500): nothing was opened in the last "
        "14.6 d, 72.9% of the run."
    )
    assert "change risk.breakers.halt_day_loss" in note
    assert note in terminal.file.getvalue()
    assert note.split(":")[0] in render_report(run, summary, buy_and_hold(run.history))


def test_a_run_that_began_halted_was_halted_all_along(a_run):
    run = a_run(symbols=2, bars=480)

    states = summarise(replace(run, risk_states=run.risk_states[:0]))["risk_states"]

    assert (states["at_end"], states["hours"]["halted"]) == ("halted", 480.0)
