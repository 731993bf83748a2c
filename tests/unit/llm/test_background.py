"""A model that stalls, drips or dies never holds up whoever trades."""

import asyncio
import threading

import pytest

from alphastrike.llm.advisors.ollama import OllamaAdvisor
from alphastrike.llm.background import BackgroundConsultant
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.consultation import Consultant
from tests.breakers import a_patient, a_review
from tests.support.fake_ollama import ScriptedOllama, in_a_thread, says


@pytest.mark.parametrize("fate", ["stall", "drip", "cut"])
def test_trading_goes_on_and_the_rule_table_acts_within_the_deadline(fate):
    server = ScriptedOllama([says('{"tool": "adj', then=fate)])
    with in_a_thread(server):
        config = LlmConfig.model_validate({"ollama": {"host": server.host, "deadline_s": 0.3}})
        background = BackgroundConsultant(Consultant(OllamaAdvisor(config), config, "run"))
        patient, review = a_review(a_patient(triggers={"cooldown_hours": 700}))

        background.ask(review)
        for _ in range(200):
            patient.close(hours=0)
        assert background.wait(30)
        answers = background.due()
        for event in answers:
            patient.breaker.hear(event)
        background.close()

    assert len(answers) == 1
    assert (answers[0].advice.source, answers[0].advice.cause) == (
        "rules",
        "cut" if fate == "cut" else "deadline",
    )
    assert patient.book.multiplier("SOLUSDT") == 0.5


def test_closing_ends_a_conversation_that_is_under_way():
    class Endless:
        name = "endless"

        async def advise(self, request, trace_id):
            await asyncio.Event().wait()

    _, review = a_review()
    background = BackgroundConsultant(Consultant(Endless(), LlmConfig(), "run"))
    background.ask(review)

    background.close()

    assert background.due() == ()


def test_an_advisor_that_holds_its_thread_holds_nobody_else():
    held, let_go = threading.Event(), threading.Event()

    class Rude:
        name = "rude"

        async def advise(self, request, trace_id):
            held.set()
            let_go.wait()

    patient, review = a_review()
    background = BackgroundConsultant(Consultant(Rude(), LlmConfig(), "run"))
    background.ask(review)
    assert held.wait(30)
    patient.close(hours=1)  # long after the deadline

    assert background.due() == ()
    assert patient.breaker.history[-1].advice.cause == "no_answer"
    assert patient.book.multiplier("SOLUSDT") == 0.5
    assert not background.close(patience_s=0.01)
    let_go.set()
    assert background.close()
