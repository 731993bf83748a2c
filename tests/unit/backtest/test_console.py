"""The human summary: what it says first, and how it reads when piped."""

import io

import pytest
from rich.console import Console

from alphastrike.backtest.console import print_summary
from alphastrike.backtest.formatting import moment, money, number, percent, span
from alphastrike.backtest.summary import summarise


def printed(summary, **terminal) -> str:
    out = io.StringIO()
    print_summary(summary, Console(file=out, width=110, highlight=False, **terminal))
    return out.getvalue()


def test_assumptions_come_before_the_result(a_run):
    text = printed(summarise(a_run()))

    parts = [
        "SYNTHETIC DATA",
        "Assumptions",
        "Result",
        "Costs",
        "Trades",
        "By symbol",
        "By exit reason",
        "Halts",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_real_data_carries_no_synthetic_label(a_run):
    from dataclasses import replace

    provenance = replace(a_run().provenance, is_synthetic=False, data_label="binance_usdm")

    assert "SYNTHETIC" not in printed(summarise(a_run({"provenance": provenance})))


def test_piped_output_has_no_escape_codes(a_run, capsys):
    print_summary(summarise(a_run()))

    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "Sharpe (daily, sqrt 365)" in text


def test_no_color_is_respected(a_run, monkeypatch):
    summary = summarise(a_run())
    coloured = printed(summary, force_terminal=True, color_system="truecolor")
    monkeypatch.setenv("NO_COLOR", "1")

    plain = printed(summary, force_terminal=True, color_system="truecolor")

    assert "\x1b[1;33m" in coloured
    assert "\x1b[1;33m" not in plain


def test_a_run_without_trades_says_so(a_run):
    text = printed(summarise(a_run(symbols=1, bars=100, trade_every=0)))

    assert "No closed trade" in text
    assert "nan" not in text.lower().replace("finance", "")


def test_many_symbols_are_cut_to_the_best_and_worst(a_run):
    from alphastrike.backtest.tables import all_tables

    tables = {
        table.title: table for table in all_tables(summarise(a_run(symbols=12, bars=200)), max_symbols=4)
    }

    assert len(tables["By symbol"].rows) == 4
    assert tables["By symbol"].note.startswith("Best and worst 2 of 12")


def test_liquidations_and_lost_money_are_marked(a_run):
    from alphastrike.backtest.tables import all_tables

    result = a_run({"liquidations": 3})
    result.fills["fee"] += 1.0

    costs = next(table for table in all_tables(summarise(result)) if table.title == "Costs")

    assert [costs.rows[row][0] for row in costs.warnings] == ["Liquidations", "NOT ACCOUNTED FOR"]


def test_a_run_that_was_never_tradable_says_so(a_run):
    assert "no symbol ever passed stages 1 to 5" in printed(summarise(a_run({"first_tradable_ms": None})))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (money(1234.567), "1,234.57"),
        (money(-0.01234), "-0.0123"),
        (money(None), "-"),
        (percent(0.12345), "12.35%"),
        (percent(1e-7), "<0.01%"),
        (percent(-1e-7), ">-0.01%"),
        (percent(0.0), "0.00%"),
        (percent(None), "-"),
        (number(12345), "12,345"),
        (number(1.005e3, 1), "1,005.0"),
        (number(None), "-"),
        (moment(1_704_067_199_999), "2024-01-01 00:00"),
        (moment(1_704_067_200_000), "2024-01-01 00:00"),
        (moment(None), "-"),
        (span(3_600_000.0 * 30), "30.0 h"),
        (span(86_400_000.0 * 3), "3.0 d"),
        (span(None), "-"),
    ],
)
def test_numbers_read_as_people_write_them(shown, expected):
    assert shown == expected
