"""The signals' commands, from the outside."""

import json

import pytest

SHORT = ("--symbols", "BTCUSDT,ETHUSDT")


@pytest.fixture
def a_run(alphastrike):
    """A run of the ensemble on two symbols."""
    outcome = alphastrike("backtest", *SHORT, "--out", "run", "--json")
    assert outcome.exit_code == 0, outcome.stderr
    return "run"


def test_the_scoreboard_ranks_every_signal_of_a_run(alphastrike, a_run):
    outcome = alphastrike("signals", "scoreboard", a_run, "--json")
    people = alphastrike("signals", "scoreboard", a_run)

    board = json.loads(outcome.stdout)
    names = [row["signal"] for row in board["signals"]]
    assert outcome.exit_code == 0
    assert {"of_taker_imb", "model"} <= set(names)
    assert all(row["low"] < row["accuracy"] < row["high"] for row in board["signals"] if row["accuracy"])
    assert sum(row["contribution"] for row in board["signals"]) == pytest.approx(1.0)
    assert len(board["likeness"]) == len(names)
    assert {row["category"] for row in board["categories"]} == {row["category"] for row in board["signals"]}
    assert people.exit_code == 0
    assert "of_taker_imb" in people.stdout


def test_the_scoreboard_of_nothing_is_refused(alphastrike):
    outcome = alphastrike("signals", "scoreboard", "nowhere")

    assert outcome.exit_code == 2
    assert (
        outcome.stderr == "error: nowhere: no signals.parquet there; allowed: the folder of a finished run\n"
    )


def test_the_headline_compares_single_signals_with_the_ensemble(alphastrike):
    outcome = alphastrike("signals", "headline", *SHORT, "--json")

    headline = json.loads(outcome.stdout)
    rows = {row["name"].partition(" (")[0]: row for row in headline["rows"]}
    assert outcome.exit_code == 0, outcome.stderr
    assert list(rows) == [
        "best single signal so far",
        "best signal in hindsight",
        "all signals, equal weights",
        "ensemble, the article's rule",
        "ensemble",
        "ensemble, what passed its gates",
    ]
    best = rows["best single signal so far"]
    assert best["accuracy_interval"][0] < best["accuracy"] < best["accuracy_interval"][1]
    assert best["sharpe_interval"][0] < best["sharpe"] < best["sharpe_interval"][1]
    assert best["sharpe_before_costs"] > best["sharpe"]
    assert rows["ensemble"]["accuracy"] > rows["all signals, equal weights"]["accuracy"]
    assert 0.5 < rows["ensemble"]["stated"] < 0.65


def test_a_history_too_short_for_a_record_has_no_headline(alphastrike, tmp_path):
    rows = ["open_time,open,high,low,close,volume"]
    rows += [f"{1704067200000 + 3600000 * hour},100,101,99,100.{hour % 7},5" for hour in range(200)]
    (tmp_path / "BTCUSDT_1h.csv").write_text("\n".join(rows), encoding="utf-8")

    outcome = alphastrike("signals", "headline", "--data", "BTCUSDT_1h.csv")

    assert outcome.exit_code == 2
    assert "no signal has 250 outcomes by the end" in outcome.stderr
