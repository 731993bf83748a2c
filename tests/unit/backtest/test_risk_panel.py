"""The risk panel in lines and rows."""

from alphastrike.backtest.risk_panel import leverage_note, limit_rows, panel_lines
from alphastrike.backtest.summary import summarise
from alphastrike.backtest.tables import all_tables


def test_the_panel_shows_leverage_breaker_triggers_and_limits(a_run):
    lines = panel_lines(a_run(symbols=2, bars=480).risk)

    text = "\n".join(lines)
    assert "Leverage 1x = base 1 x volatility 1 x drawdown 1 x performance 1 = 1, within 1 to 1" in text
    assert "Breaker halted, left by: an operator who resumes, then cooldown" in text
    assert "because of day_loss: observed 0.061, limit 0.05" in text
    assert any(line.split() == ["drawdown", "0.1", "0.2", "halted"] for line in lines)
    assert lines[-1].endswith("EXCEEDED")


def test_a_breaker_that_never_moved_has_no_since(a_run):
    panel = a_run(symbols=2, bars=480).risk
    quiet = panel | {"breaker": panel["breaker"] | {"since_ms": None, "state": "normal"}}

    assert not any("because of" in line for line in panel_lines(quiet))


def test_the_report_marks_the_limit_that_is_exceeded(a_run):
    run = a_run(symbols=2, bars=480)

    table = next(table for table in all_tables(summarise(run)) if table.title == "Risk limits")

    assert table.rows == limit_rows(run.risk)
    assert table.warnings == (1,)
    assert table.note == leverage_note(run.risk)
    assert table.rows[0] == ("net_exposure", "quote", "risk.net_exposure", "5", "7")


def test_a_run_without_a_panel_shows_no_limits(a_run):
    summary = summarise(a_run({"risk": {}}, symbols=2, bars=480))

    assert "Risk limits" not in [table.title for table in all_tables(summary)]
