"""Why a bar ended as it did, read back from the journal."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alphastrike.backtest.artifacts import write_run
from alphastrike.backtest.why import as_dict, explain, render_lines
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.outcomes import Code

START_MS = 1_704_067_200_000


@pytest.fixture
def folder(a_run, tmp_path):
    write_run(a_run(symbols=2, bars=480), tmp_path / "run")
    return tmp_path / "run"


def verdicts(explanation) -> list[str]:
    return [stage.verdict for stage in explanation.stages]


def test_a_halt_names_stage_code_observed_and_limit(folder):
    found = explain(folder, START_MS + 131 * HOUR_MS, "AUSDT")

    assert verdicts(found) == ["passed"] * 3 + ["halted"] + ["not_reached"] * 4
    stage = found.stages[3]
    assert (stage.stage, stage.code, stage.observed, stage.limit) == ("validation", "drift", 0.4, 0.3)
    assert (found.outcome, found.regime, found.forecast) == ("halted", "calm", None)


def test_a_bar_that_passed_passed_all_eight(folder, a_run):
    codes = a_run(symbols=2, bars=480).decisions
    row = codes[(codes["code"] == Code.ORDERED) & (codes["symbol"] == 0)][0]

    found = explain(folder, int(row["ts_ms"]), "AUSDT")

    assert verdicts(found) == ["passed"] * 8
    assert found.outcome == "ordered"
    assert found.forecast == row["forecast"]
    assert found.target_notional == row["target_notional"]


def test_a_bar_is_known_from_its_close_until_the_next_close(folder):
    close = START_MS + 131 * HOUR_MS - 1

    exact, later, next_bar = (explain(folder, close + wait, "AUSDT") for wait in (0, HOUR_MS - 1, HOUR_MS))

    assert exact.decided_ms == later.decided_ms == close
    assert next_bar.decided_ms == close + HOUR_MS
    assert not exact.carried
    assert not later.carried


def test_an_unchanged_decision_is_carried_and_says_so(a_run, tmp_path):
    decisions = a_run(symbols=2, bars=480).decisions
    write_run(a_run({"decisions": decisions[:200]}, symbols=2, bars=480), tmp_path / "run")

    found = explain(tmp_path / "run", START_MS + 300 * HOUR_MS, "BUSDT")

    assert found.carried
    assert found.decided_ms == decisions["ts_ms"][199]
    assert any("verdict had not changed" in line for line in render_lines(found))


def test_the_latest_row_is_found_in_earlier_row_groups(a_run, tmp_path, monkeypatch):
    monkeypatch.setattr("alphastrike.backtest.parquet._ROW_GROUP", 64)
    result = a_run(symbols=2, bars=480)
    only_first_symbol_later = np.concatenate(
        [result.decisions[:100], result.decisions[100:][result.decisions[100:]["symbol"] == 0]]
    )
    write_run(a_run({"decisions": only_first_symbol_later}, symbols=2, bars=480), tmp_path / "run")

    found = explain(tmp_path / "run", START_MS + 400 * HOUR_MS, "BUSDT")

    assert found.decided_ms == result.decisions["ts_ms"][99]


def test_the_signals_of_the_hour_come_with_it(folder):
    found = explain(folder, START_MS + 131 * HOUR_MS, "AUSDT")

    assert [row["signal"] for row in found.signals] == ["trend", "funding_carry", "reversal"]
    assert all(row["ts_ms"] <= found.decided_ms for row in found.signals)


def test_lines_tell_the_eight_stages_in_order(folder):
    lines = render_lines(explain(folder, START_MS + 131 * HOUR_MS, "AUSDT"))

    assert lines[0] == "AUSDT at 2024-01-06 11:00 UTC: halted (drift)"
    assert "  4 validation  halted: drift, observed 0.4, limit 0.3" in lines
    assert "  8 execution   not reached" in lines


def test_the_answer_is_also_json(folder):
    answer = as_dict(explain(folder, START_MS + 131 * HOUR_MS, "AUSDT"))

    assert json.loads(json.dumps(answer))["stages"][3]["code"] == "drift"


def test_an_unknown_symbol_is_answered_with_the_nearest(folder):
    with pytest.raises(ConfigError, match=r"--symbol: observed 'AUSD'.*nearest: AUSDT"):
        explain(folder, START_MS + HOUR_MS, "AUSD")


@pytest.mark.parametrize("at_ms", [START_MS - 1, START_MS + 482 * HOUR_MS])
def test_a_time_outside_the_run_names_the_time_inside(folder, at_ms):
    with pytest.raises(ConfigError, match=r"--at: .*allowed 2024-01-01 00:00 to 2024-01-21 00:00 UTC"):
        explain(folder, at_ms, "AUSDT")


def test_before_the_first_close_nothing_was_decided(folder):
    with pytest.raises(DataError, match="its first candle had not closed yet"):
        explain(folder, START_MS, "AUSDT")


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"no summary\.json there"):
        explain(tmp_path, START_MS, "AUSDT")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not readable as JSON"),
        ("[" * 100_000, "not readable as JSON"),
        ("[]", "symbols: observed None"),
        ("{}", "symbols: observed None"),
        ('{"symbols": ["AUSDT"], "start_ms": "x"}', "start_ms: observed 'x'"),
    ],
)
def test_a_broken_summary_is_named(tmp_path, content, message):
    (tmp_path / "summary.json").write_text(content)

    with pytest.raises(DataError, match=message):
        explain(tmp_path, START_MS, "AUSDT")


@pytest.mark.parametrize("content", [b"PAR1 cut PAR1", pytest.param(None, id="another table")])
def test_a_journal_that_is_none_is_named(folder, content):
    path = folder / "decisions.parquet"
    if content is None:
        pq.write_table(pa.table({"colour": ["red"]}), path)
    else:
        path.write_bytes(content)

    with pytest.raises(DataError, match=r"decisions\.parquet: not what a backtest wrote"):
        explain(folder, START_MS + HOUR_MS, "AUSDT")


def test_a_missing_journal_is_named(folder):
    (folder / "decisions.parquet").unlink()

    with pytest.raises(DataError, match=r"decisions\.parquet: no such file"):
        explain(folder, START_MS + HOUR_MS, "AUSDT")


def test_the_breaker_is_named_with_what_tripped_it(folder):
    before, during, after = (explain(folder, START_MS + hour * HOUR_MS, "AUSDT") for hour in (129, 135, 200))

    assert before.risk_state["state"] == "normal"
    assert (during.risk_state["state"], during.risk_state["trigger"]) == ("halted", "day_loss")
    assert (during.risk_state["observed"], during.risk_state["limit"]) == (0.061, 0.05)
    assert (after.risk_state["state"], after.risk_state["trigger"]) == ("cooldown", "operator")
    assert any("because of day_loss: observed 0.061, limit 0.05" in line for line in render_lines(during))


def test_a_run_that_kept_no_breaker_journal_reads_as_normal(folder):
    (folder / "risk_states.parquet").unlink()

    assert explain(folder, START_MS + 135 * HOUR_MS, "AUSDT").risk_state["state"] == "normal"


def test_a_breaker_journal_that_is_none_is_named(folder):
    (folder / "risk_states.parquet").write_bytes(b"PAR1")

    with pytest.raises(DataError, match=r"risk_states\.parquet: not what a backtest wrote"):
        explain(folder, START_MS + 135 * HOUR_MS, "AUSDT")
