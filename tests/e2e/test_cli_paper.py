"""`paper`, `status`, `stop` and `replay` as a person types them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from alphastrike.live.state_folder import owned, write_status

CONFIG = """
[paper]
interval = "1h"
warm_up_days = 30
most_days = 10
[strategy]
name = "ema_cross"
[validation]
reference_hours = 500
short_window_hours = 72
long_window_hours = 240
"""
QUICK = ("--speed", "max", "--duration", "5d", "--symbols", "BTCUSDT,ETHUSDT")


@pytest.fixture
def paper(alphastrike):
    Path("alphastrike.toml").write_text(CONFIG)
    return alphastrike


def test_paper_trades_writes_a_run_folder_and_leaves_a_journal_that_verifies(paper):
    traded = paper("paper", *QUICK, "--out", "run")
    verified = paper("replay", "data/state/journal.jsonl", "--verify")
    as_json = paper("replay", "data/state/journal.jsonl", "--verify", "--json")
    counted = paper("replay", "data/state/journal.jsonl", "--json")
    shown = paper("replay", "data/state/journal.jsonl")
    status = paper("status")

    assert traded.exit_code == 0
    assert "SYNTHETIC" in traded.stdout.upper()
    assert re.search(r"2024-02-05 00:00 UTC equity [\d,.]+ drawdown", traded.stdout)
    assert {path.name for path in Path("run").iterdir()} >= {"summary.json", "report.html", "fills.parquet"}
    assert "answered the same" in verified.stdout
    assert json.loads(as_json.stdout)["finished"] is True
    assert json.loads(counted.stdout)["CandlesClosed"] == 120
    assert "CandlesClosed" in shown.stdout
    assert "not running" in status.stdout
    assert "drawdown" in status.stdout


def test_the_risk_state_is_kept_for_the_next_start_and_can_be_explained(paper):
    paper("paper", *QUICK, "--json")

    state = json.loads(Path("data/state/leverage_state.json").read_text())
    explained = paper("risk", "explain", "--state", "data/state", "--json")

    assert state["leverage"] > 0.0
    assert json.loads(paper("status", "--json").stdout)["leverage"]["leverage"] == state["leverage"]
    assert explained.exit_code == 0


def test_json_gives_one_document_and_no_view(paper):
    outcome = paper("paper", *QUICK, "--json")

    summary = json.loads(outcome.stdout)

    assert summary["bars"] == 240
    assert json.loads(paper("status", "--json").stdout)["running"] is False


def test_the_why_of_a_paper_run_is_in_its_folder(paper):
    paper("paper", *QUICK, "--json", "--out", "run")

    outcome = paper("why", "run", "--at", "2024-02-02T12:00", "--symbol", "BTCUSDT")

    assert outcome.exit_code == 0
    assert "8" in outcome.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--speed", "fast"), "--speed: observed 'fast'"),
        (("--duration", "soon"), "--duration: observed 'soon'"),
        (("--duration", "0d"), "--duration: observed '0d'"),
        (("--symbols", "NOPE"), "data.symbols: "),
        (("--strategy", "nope"), "strategy.name: "),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_starts(paper, arguments, message):
    outcome = paper("paper", *arguments)

    assert outcome.exit_code == 2
    assert message in outcome.stderr
    assert not Path("data/state/journal.jsonl").exists()


def test_a_second_process_on_the_folder_is_refused(paper):
    with owned(Path("data/state")):
        write_status(Path("data/state"), {})
        refused = paper("paper", *QUICK)
        told = paper("stop")
        status = paper("status", "--json")

    assert refused.exit_code == 2
    assert "in use by process" in refused.stderr
    assert "told to stop" in told.stdout
    assert json.loads(status.stdout)["running"] is True


def test_where_nothing_ran_status_and_stop_say_so(paper):
    assert "nothing has run here" in paper("status").stdout
    assert "nothing is running here" in paper("stop").stdout


def test_a_damaged_journal_fails_verification(paper):
    paper("paper", *QUICK, "--json")
    path = Path("data/state/journal.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"side":1', b'"side":-1', 1))

    outcome = paper("replay", str(path), "--verify")

    assert outcome.exit_code == 1
    assert "is not what was written" in outcome.stderr


def test_a_journal_that_is_not_there_is_bad_input(paper):
    outcome = paper("replay", "journal.jsonl", "--verify")

    assert outcome.exit_code == 2
    assert outcome.stderr.startswith("error: RUN: observed journal.jsonl, not there")


@pytest.mark.parametrize("content", ["", "00000000 {}\n"])
def test_what_is_no_journal_is_named(paper, content):
    Path("journal.jsonl").write_text(content)

    outcome = paper("replay", "journal.jsonl", "--verify")

    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("error: journal.jsonl: ")


@pytest.mark.parametrize(
    "command",
    [("paper", "--venue", "anything"), ("venue", "simulate", "--dialect", "anything")],
    ids=lambda command: command[0],
)
def test_without_the_extra_a_command_says_what_to_install(command, tmp_path):
    program = (
        f"import sys; sys.modules['msgspec'] = None; from alphastrike.cli.main import main; main({command})"
    )

    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert outcome.returncode == 2
    assert outcome.stderr == (
        "error: this command needs msgspec, which is not installed: pip install 'alphastrike[venues]'\n"
    )
