"""A model answers on paper: in its own time, journaled before it is heard, repeated without being asked."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from alphastrike.app.paper_files import journal_path
from alphastrike.app.retrace import verify_journal
from alphastrike.backtest.result import RunResult
from alphastrike.domain.interventions import Verdict
from alphastrike.live.journal import read_journal
from alphastrike.traces.store import TraceStore
from tests.papers import a_guarded_paper, on_paper
from tests.support.fake_ollama import ScriptedOllama, in_a_thread, says

FIRST = json.dumps({"tool": "adjust_leverage", "args": {"new_leverage": 1, "reason": "two losses"}})
SECOND = json.dumps({"tool": "disable_shorts", "args": {"symbol": "SOLUSDT", "reason": "two losses"}})
LATENCY_MS = 900


@dataclass
class Asked:
    """A run that a scripted model answered; `questions` are those of this run."""

    folder: Path
    server: ScriptedOllama
    result: RunResult
    questions: int

    @property
    def journal(self) -> Path:
        return journal_path(self.folder)

    @property
    def store(self) -> Path:
        return self.folder / "traces.db"

    @property
    def stored_by_it(self) -> Path:
        """A copy of the store as this run left it."""
        return self.folder / "traces-of-the-run.db"


def a_config(llm, host, store, **settings):
    patient = {"deadline_s": 300.0}
    return a_guarded_paper(llm, host, traces=store, latency_ms=LATENCY_MS, ollama=patient, **settings)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    server = ScriptedOllama([says(text) for text in (FIRST, SECOND) * 50])
    with in_a_thread(server):
        result = on_paper(folder, a_config("ollama", server.host, folder / "traces.db"))
        run = Asked(folder, server, result, len(server.asked))
        shutil.copy(run.store, run.stored_by_it)
        yield run


def test_a_model_restrains_a_paper_run(asked):
    taken = [row for row in asked.result.interventions if row["outcome"] == Verdict.APPLIED.value]

    assert {row["source"] for row in asked.result.interventions} == {"ollama"}
    assert {"adjust_leverage", "disable_shorts"} <= {row["tool"] for row in taken}
    assert {row["ts_ms"] - row["asked_ms"] for row in taken} == {LATENCY_MS}
    assert asked.questions == len(asked.result.reviews) > 1


def test_what_the_model_said_is_in_the_journal_before_the_next_close(asked):
    kinds = [
        record.data["event"]["is"] if record.kind == "told" else record.kind
        for record in read_journal(asked.journal)
    ]

    answers = [number for number, kind in enumerate(kinds) if kind == "InterventionProposed"]
    assert len(answers) == len(asked.result.reviews)
    assert all(kinds[number + 1 : number + 3] in (["step", "heard"], ["step", "end"]) for number in answers)


def test_such_a_journal_is_verified_without_a_model(asked):
    assert verify_journal(asked.journal).is_finished


def test_every_review_is_a_trace_with_its_conversation(asked):
    store = TraceStore.opened(asked.stored_by_it)
    traces = {row["review_id"]: store.trace(row["trace_id"]) for row in store.traces()}
    store.close()

    assert set(traces) == {row["review_id"] for row in asked.result.reviews}
    for row in asked.result.reviews:
        one = traces[row["review_id"]]
        messages = [event["payload"] for event in one["events"] if event["kind"] == "message"]
        assert "".join(message["message"]["content"] for message in messages) in (FIRST, SECOND)
        assert one["calls"] == row["calls"]


def test_recorded_answers_repeat_the_run_without_a_model(asked, tmp_path):
    again = on_paper(
        tmp_path, a_config("recorded", "http://127.0.0.1:1", asked.store, recorded=str(asked.stored_by_it))
    )

    assert again.interventions == asked.result.interventions
    assert again.equity.tobytes() == asked.result.equity.tobytes()
    assert verify_journal(journal_path(tmp_path)).is_finished


@pytest.mark.parametrize("kept", [0, 1], ids=["before its answer", "after its answer"])
def test_a_run_killed_around_an_answer_only_asks_what_was_not_answered(asked, kept, tmp_path):
    lines = asked.journal.read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b"InterventionProposed" in line)
    journal_path(tmp_path).write_bytes(b"".join(lines[: at + kept]))
    before = len(asked.server.asked)

    again = on_paper(tmp_path, a_config("ollama", asked.server.host, asked.store))

    assert len(asked.server.asked) - before == len(again.reviews) - kept
    assert verify_journal(journal_path(tmp_path)).is_finished
