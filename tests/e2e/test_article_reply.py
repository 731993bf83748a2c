"""The published example: SOL wins 25 %, is down 22 %, has lost seven in a row; the answer has four tools."""

import json

import pytest

from alphastrike.app.paper_files import journal_path
from alphastrike.app.retrace import verify_journal
from alphastrike.domain.commands import AlertRaised
from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.interventions import Verdict
from alphastrike.live.state_folder import read_status
from alphastrike.llm.advisors.ollama import OllamaAdvisor
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.consultation import Consultant
from alphastrike.traces.store import TraceStore
from alphastrike.traces.tee import Tee
from tests.breakers import a_patient, report_of
from tests.papers import a_guarded_paper, on_paper
from tests.support.fake_ollama import ARTICLE, ScriptedOllama, in_a_thread, says

TOOLS = ["adjust_position_size", "adjust_conviction", "disable_shorts", "send_alert"]
SOL, DAY_MS = 2, 86_400_000


def a_suffering_sol():
    """Twenty trades of SOL: five won, the last seven lost, 22 % of the account gone on it."""
    patient = a_patient()
    patient.close()
    patient.trade(*[100.0] * 4, *[-50.0] * 8, 100.0, *[-2_300.0 / 7] * 7, symbol=SOL)
    review = patient.close()
    assert review is not None
    return patient, review


async def test_it_parses_passes_the_guard_acts_and_is_stored(tmp_path):
    patient, review = a_suffering_sol()
    store = TraceStore.opened(tmp_path / "traces.db")
    tee = Tee(store, "run")
    server = ScriptedOllama([says(ARTICLE)])

    async with server.serving():
        config = LlmConfig.model_validate({"ollama": {"host": server.host}})
        advice = await Consultant(OllamaAdvisor(config, tee), config, "run").ask(review)
    step = patient.breaker.hear(InterventionProposed(review.event_time_ms + 900, review.review_id, advice))
    tee.close()

    told = {(one.scope, one.trigger): one.observed for one in report_of(review).fired}
    assert told["SOLUSDT", "win_rate"] == 0.25
    assert told["SOLUSDT", "drawdown"] == pytest.approx(0.22, abs=1e-6)
    assert told["SOLUSDT", "losing_streak"] == 7
    judged = patient.breaker.history[-1].judgements
    assert [one.tool for one in judged] == TOOLS
    assert [one.verdict for one in judged] == [Verdict.APPLIED] * 4
    assert patient.restrained[-1][0][SOL].tolist() == (85.0, 0.3, 0, 1)
    assert step.requests == (
        AlertRaised(review.event_time_ms + 900, "critical", "the circuit breaker asks for attention"),
    )
    store.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A paper run whose every review got that answer."""
    state = tmp_path_factory.mktemp("run")
    with in_a_thread(ScriptedOllama([says(ARTICLE) for _ in range(50)])) as host:
        config = a_guarded_paper("ollama", host, traces=state / "traces.db", latency_ms=900)
        return state, on_paper(state, config)


def test_in_a_whole_run_it_restrains_sol_for_a_day_and_nothing_else(run):
    _, result = run
    first = [row for row in result.interventions if row["review_id"] == "r000001"]

    assert [(row["tool"], row["outcome"], row["source"]) for row in first] == [
        (tool, "applied", "ollama") for tool in TOOLS
    ]
    assert [row["symbol"] for row in first] == ["SOLUSDT", "SOLUSDT", "SOLUSDT", ""]
    from_ms, until_ms = first[0]["ts_ms"], first[0]["expires_ms"]
    assert until_ms - from_ms == DAY_MS
    names = [instrument.symbol for instrument in result.instruments]
    after = result.fills[(result.fills["ts_ms"] > from_ms) & (result.fills["ts_ms"] < until_ms)]
    of_sol = after[after["symbol"] == names.index("SOLUSDT")]
    assert (of_sol["position_after"] >= 0).all()  # nothing new is sold short


def test_the_operator_finds_the_alert(run, alphastrike):
    state, result = run
    raised = [row["ts_ms"] for row in result.interventions if row["tool"] == "send_alert"]

    alerts = read_status(state)["alerts"]

    assert [alert["event_time_ms"] for alert in alerts] == raised[-10:]
    assert {alert["severity"] for alert in alerts} == {"critical"}
    shown = alphastrike("status", "--state", str(state)).stdout
    assert shown.count("critical: the circuit breaker asks for attention") == len(alerts)


def test_the_run_stores_the_answer_its_verdicts_and_both_states(run):
    state, result = run
    store = TraceStore.opened(state / "traces.db")
    trace = store.trace(f"{result.provenance.run_id}-r000001")
    store.close()

    said = [event["payload"]["message"]["content"] for event in trace["events"] if event["kind"] == "message"]
    assert "".join(said) == ARTICLE
    assert [call["tool"] for call in json.loads(trace["calls"])] == TOOLS
    assert [one["outcome"] for one in json.loads(trace["judgements"])] == ["applied"] * 4
    assert json.loads(trace["state_before"])["active"] == []
    assert len(json.loads(trace["state_after"])["active"]) == 3
    assert verify_journal(journal_path(state)).is_finished
