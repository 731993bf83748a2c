"""`alphastrike traces eval` over a labelled store, with answers from a file and from a scripted model."""

import json
from pathlib import Path

import pytest

from alphastrike.traces.store import TraceStore
from tests.conversations import a_conversation, a_label, written
from tests.support.fake_ollama import ScriptedOllama, in_a_thread, says

ANSWER = json.dumps({"tool": "adjust_leverage", "args": {"new_leverage": 2, "reason": "drawdown"}})
REPORTS = 40


def _label(number):
    """What was said is a hundredth better than nothing in most episodes, and worse in the others."""
    label = a_label(0.01 if number % 4 else -0.002)
    for case in label["cases"]:
        case["results"]["grid:x:1"]["utility"] = 0.02
        case["results"]["rules"] = {"utility": 0.005, "equity_change": 0.0, "max_drawdown": 0.0}
    rules = [{"tool": "disable_asset", "arguments": {"symbol": "SOLUSDT", "duration_hours": 24}}]
    return label | {"branches": label["branches"] | {"rules": rules}}


@pytest.fixture
def labelled(alphastrike):
    """The command line beside a store of labelled conversations."""
    Path("alphastrike.toml").write_text('[traces]\npath = "traces.db"\n')
    store = TraceStore.opened(Path("traces.db"))
    rows = [a_conversation(number, outcome=json.dumps(_label(number))) for number in range(REPORTS)]
    written(store, *rows)
    store.close()
    return alphastrike


def _row(outcome, who):
    return next(row for row in json.loads(outcome.stdout)["scores"] if who in row["who"])


def test_answers_of_a_file_are_scored_beside_the_others(labelled):
    best = {"tool": "disable_shorts", "arguments": {"symbol": "SOL", "reason": "x"}}
    lines = [{"id": f"run-r{number:06d}.1", "calls": [best]} for number in range(REPORTS - 10)]
    lines += [
        {"id": f"run-r{number:06d}.1", "text": "leave it"} for number in range(REPORTS - 10, REPORTS - 5)
    ]
    Path("answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    outcome = labelled("traces", "eval", "--answers", "answers.jsonl", "--on", "all", "--json")
    shown = labelled("traces", "eval", "--answers", "answers.jsonl", "--on", "all")

    row = _row(outcome, "answers.jsonl")
    assert row["answers"] == REPORTS - 5
    assert row["valid"] == pytest.approx(0.75)
    assert row["tool_agreement"] == pytest.approx(0.75)
    assert row["parameter_distance"] == 0.0
    assert row["causes"] == {"invalid_calls": 5, "not_answered": 5}
    # thirty answers were the best there was; for ten the rule table stands, 0.015 below it
    assert row["regret"]["mean"] == pytest.approx(10 * 0.015 / REPORTS)
    assert row["regret"]["low"] < row["regret"]["mean"] < row["regret"]["high"]
    said = _row(outcome, "recorded")
    assert said["value"]["mean"] == pytest.approx(0.75 * 0.01 - 0.25 * 0.002)
    assert _row(outcome, "no action")["regret"]["mean"] == pytest.approx(0.02)
    assert shown.exit_code == 0
    assert "40 reports of 40 episodes on all, 40 labelled" in shown.stdout


def test_a_model_is_asked_about_held_out_reports_only(labelled):
    server = ScriptedOllama([says(ANSWER) for _ in range(REPORTS)])
    labelled("traces", "export", "--out", "out", "--dedupe-by", "none")
    held_out = len(Path("out/test.jsonl").read_text().splitlines())
    with in_a_thread(server) as host:
        Path("alphastrike.toml").write_text(f'[traces]\npath = "traces.db"\n[llm.ollama]\nhost = "{host}"\n')
        outcome = labelled("traces", "eval", "--model", "qwen2.5:1.5b", "--json")

    row = _row(outcome, "qwen2.5:1.5b")
    assert 0 < held_out < REPORTS
    assert len(server.asked) == held_out == json.loads(outcome.stdout)["reports"]
    assert row["valid"] == 1.0
    assert row["tool_agreement"] == 0.0
    assert row["regret"]["mean"] == pytest.approx(_row(outcome, "recorded")["regret"]["mean"])
    assert row["regret"]["low"] is None  # a handful of episodes tells nothing


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "observed both or neither of --model and --answers"),
        (("--answers", "nowhere.jsonl"), 2, "--answers: nowhere.jsonl: cannot be read"),
        (("--answers", "alphastrike.toml"), 2, "alphastrike.toml:1: observed '[traces]'"),
        (("--answers", "strange.jsonl"), 2, "observed no id of a report asked about, such as 'x'"),
        (("--answers", "strange.jsonl", "--on", "luck"), 2, "--on: observed 'luck', allowed train"),
        (("--model", "qwen2.5:1.5b"), 4, "no model answers"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_said(labelled, arguments, code, message):
    Path("strange.jsonl").write_text('{"id": "x", "calls": []}\n')
    Path("alphastrike.toml").write_text(
        '[traces]\npath = "traces.db"\n[llm.ollama]\nhost = "http://127.0.0.1:1"\n'
    )

    outcome = labelled("traces", "eval", *arguments)

    assert (outcome.exit_code, "Traceback" in outcome.stderr) == (code, False)
    assert message in outcome.stderr
