"""The model server is killed at any byte of any answer: the rule table acts, and says what happened."""

import numpy as np

from alphastrike.llm.advisors.ollama import OllamaAdvisor
from alphastrike.llm.advisors.rules import rule_calls
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.consultation import Consultant
from tests.breakers import a_review, report_of
from tests.support.fake_ollama import ARTICLE, ScriptedOllama, says

CAUSES = {"unreachable", "cut", "malformed", "server_error", "client_error"}


async def asked(lifetime=2**62, **ollama):
    """A review put to a server that lives for so many bytes; the advice and the server."""
    _, review = a_review()
    server = ScriptedOllama([says("Stay calm."), says(ARTICLE, pieces=9)], lifetime=lifetime)
    async with server.serving():
        config = LlmConfig.model_validate({"ollama": {"host": server.host} | ollama})
        advice = await Consultant(OllamaAdvisor(config), config, "run").ask(review)
    return advice, server, rule_calls(report_of(review))


async def test_whatever_byte_was_its_last_the_rule_table_acts():
    whole, server, _ = await asked()
    assert (whole.source, whole.details["turns"]) == ("ollama", 2)
    moments = np.random.default_rng(3).integers(0, server.sent - 1, 30).tolist()

    for lifetime in (0, 1, *moments, server.sent - 1):
        advice, _, table = await asked(lifetime)

        assert advice.source == "rules", lifetime
        assert advice.cause in CAUSES, (lifetime, advice.cause)
        assert advice.calls[-len(table) :] == table


async def test_with_its_last_byte_sent_the_answer_counts():
    whole, server, _ = await asked()

    again, _, _ = await asked(server.sent)

    assert again.calls == whole.calls
