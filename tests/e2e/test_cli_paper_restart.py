"""What a paper run left in its state folder binds the next one."""

import json
import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from alphastrike.cli.main import main
from tests.e2e.test_cli_paper import CONFIG

SHORT = ("--speed", "max", "--duration", "2d", "--symbols", "BTCUSDT,ETHUSDT", "--out", "run")
STATE = Path("data/state/leverage_state.json")


@pytest.fixture(scope="module")
def ended_run(tmp_path_factory):
    """A folder in which a paper run has come to its end."""
    folder, before = tmp_path_factory.mktemp("ended"), Path.cwd()
    (folder / "alphastrike.toml").write_text(CONFIG)
    os.chdir(folder)
    try:
        with pytest.raises(SystemExit) as left:
            main(("paper", *SHORT, "--json"))
    finally:
        os.chdir(before)
    assert left.value.code == 0
    return folder


@pytest.fixture
def again(ended_run, alphastrike, tmp_path):
    shutil.copytree(ended_run, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("run"))
    return lambda *options: alphastrike("paper", *SHORT, *options)


def leverages():
    return pq.read_table("run/equity.parquet")["leverage"].to_pylist()


def saved():
    return json.loads(STATE.read_text())


def test_a_new_run_starts_at_the_saved_leverage_and_its_journal_verifies(again, alphastrike):
    before = saved()

    outcome = again()

    assert outcome.exit_code == 0
    assert f"carried over: leverage at most {before['leverage']:g}x, breaker NORMAL" in outcome.stderr
    assert leverages()[0] <= before["leverage"]
    assert saved()["sequence"] > before["sequence"]
    assert "answered the same" in alphastrike("replay", "data/state/journal.jsonl", "--verify").stdout


def test_a_new_run_stands_in_the_drawdown_the_last_one_ended_in(ended_run, again):
    shutil.copytree(ended_run / "run", "before")
    ended, after = pq.read_table("before/equity.parquet"), saved()["account"]

    again()

    assert ended["drawdown"][-1].as_py() > 0.0005
    assert after["equity"] == ended["equity"][-1].as_py()
    assert 1 - after["equity"] / after["equity_peak"] == pytest.approx(ended["drawdown"][-1].as_py())
    first = pq.read_table("run/equity.parquet").slice(0, 1).to_pylist()[0]
    assert first["drawdown"] == pytest.approx(ended["drawdown"][-1].as_py(), abs=1e-4)


def damaged():
    STATE.write_text(STATE.read_text().replace('"leverage"', '"lever"'))


def cut_short():
    STATE.write_bytes(STATE.read_bytes()[:-99])


@pytest.mark.parametrize("harm", [damaged, cut_short, STATE.unlink])
def test_a_state_that_cannot_be_used_halts_at_the_floor_and_says_so(again, harm):
    harm()

    outcome = again()

    assert outcome.exit_code == 3
    assert "risk state unusable: data/state/leverage_state.json: " in outcome.stderr
    assert "HALTED at 1x: no new position until `alphastrike resume`" in outcome.stderr
    assert "ended HALTED (state_file)" in outcome.stderr
    assert set(leverages()) == {1.0}
    assert pq.read_table("run/fills.parquet").num_rows == 0
    assert (saved()["leverage"], saved()["breaker"]["state"]) == (1.0, "halted")


def test_the_next_start_after_that_is_still_halted(again):
    damaged()
    again()
    shutil.rmtree("run")

    outcome = again()

    assert outcome.exit_code == 3
    assert "breaker HALTED (state_file), latched" in outcome.stderr


def test_an_operator_who_resumes_ends_the_halt_by_way_of_cooldown(again, alphastrike):
    damaged()

    told = alphastrike("resume")
    outcome = again()

    assert (told.exit_code, outcome.exit_code) == (0, 0)
    assert "HALTED at 1x" in outcome.stderr
    moves = pq.read_table("run/risk_states.parquet").to_pylist()
    assert [(move["after"], move["trigger"]) for move in moves[:3]] == [
        ("halted", "state_file"),
        ("cooldown", "operator"),
        ("normal", "waited"),
    ]
    assert saved()["leverage"] <= 1.5


def test_a_fresh_start_is_asked_for(again):
    damaged()

    outcome = again("--fresh")

    assert outcome.exit_code == 0
    assert "risk state" not in outcome.stderr
    assert saved()["breaker"]["state"] == "normal"


def test_a_lost_state_is_refused_and_the_journal_stays(again):
    for copy in STATE.parent.glob("leverage_state*"):
        copy.unlink()

    outcome = again()

    assert outcome.exit_code == 2
    assert "a lost state must not become a fresh one" in outcome.stderr
    assert Path("data/state/journal.jsonl").exists()
    assert not Path("run").exists()
