"""Every row of what Ollama can answer, and every way it can fail, with the unmodified client."""

import json

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.llm.advisors.ollama import OllamaAdvisor
from alphastrike.llm.advisors.rules import rule_calls
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.consultation import Consultant
from alphastrike.llm.prompt import REPAIR, ROLES, TOOLS, prompt_of
from alphastrike.llm.wire import LONGEST_RESPONSE
from tests.breakers import SYMBOLS, a_review, report_of
from tests.support.fake_ollama import (
    ARTICLE,
    DIGEST,
    MODEL,
    Reply,
    ScriptedOllama,
    an_error,
    an_error_midway,
    calls,
    says,
)

HALVE = {"symbol": "SOLUSDT", "multiplier": 0.5, "reason": "losing"}
GOOD = json.dumps({"tool": "adjust_position_size", "args": HALVE})


class Notebook:
    """A recorder that keeps everything."""

    def __init__(self):
        self.notes = []

    def note(self, trace_id, kind, payload):
        self.notes.append((kind, payload))

    async def messages(self, trace_id, messages):
        async for message in messages:
            self.notes.append(("message", message))
            yield message

    def of(self, kind):
        return [payload for noted, payload in self.notes if noted == kind]


async def _asked(*replies, models=None, capabilities=None, host=None, **ollama):
    """One review put to a scripted server; returns the advice, the server and the notes."""
    server, notebook = ScriptedOllama(list(replies)), Notebook()
    if models is not None:
        server.models = models
    if capabilities is not None:
        server.capabilities = capabilities
    _, review = a_review()
    async with server.serving():
        config = LlmConfig.model_validate({"ollama": {"host": host or server.host, **ollama}})
        advice = await Consultant(OllamaAdvisor(config, notebook), config, "run").ask(review)
    return advice, server, notebook


def _made(advice):
    return [(call.tool, call.arguments) for call in advice.calls]


async def test_a_structured_answer_is_one_call_and_its_facts_are_kept():
    advice, server, _ = await _asked(says(GOOD))

    assert _made(advice) == [("adjust_position_size", HALVE)]
    assert (advice.source, advice.cause) == ("ollama", "")
    assert advice.details["digest"] == DIGEST
    assert (advice.details["eval_count"], advice.details["turns"]) == (44, 1)
    asked = server.asked[0]
    assert not asked.get("tools")
    assert asked["options"] | {"num_thread": 1} == {
        "temperature": 0.0,
        "seed": 42,
        "num_ctx": 4096,
        "num_predict": 192,
        "num_thread": 1,
    }
    assert asked["keep_alive"] == "30m"
    option = asked["format"]["anyOf"][0]["properties"]["args"]["properties"]
    assert option["symbol"]["enum"] == sorted(SYMBOLS, key=["SOLUSDT", "BTCUSDT", "ETHUSDT"].index)


@pytest.mark.parametrize(("think", "sent"), [(None, "absent"), (False, False), (True, True)])
async def test_a_model_thinks_as_it_is_told_or_as_it_does(think, sent):
    _, server, _ = await _asked(says(GOOD), think=think)

    assert server.asked[0].get("think", "absent") == sent


async def test_native_calls_are_asked_for_without_a_format():
    made = ("adjust_position_size", HALVE)

    advice, server, _ = await _asked(calls(made, made), protocol="tools")
    last, _, _ = await _asked(calls(made, native=False), protocol="tools")

    assert _made(advice) == [made, made]
    assert _made(last) == [made]
    assert "format" not in server.asked[0]
    assert server.asked[0]["tools"][0]["function"]["name"] == "adjust_conviction"


@pytest.mark.parametrize(
    ("capabilities", "bound"), [(["completion"], "format"), (["completion", "tools"], "tools")]
)
async def test_auto_asks_for_tools_only_where_the_model_has_them(capabilities, bound):
    _, server, _ = await _asked(says(GOOD), protocol="auto", capabilities=capabilities)

    assert server.asked[0].get(bound)


async def test_the_articles_reply_is_understood():
    advice, _, _ = await _asked(says(ARTICLE))

    assert len(advice.calls) == 4
    assert advice.source == "ollama"


async def test_what_is_no_call_is_repaired_once_with_a_schema():
    advice, server, _ = await _asked(says("Reduce SOL, I would say."), says(GOOD), protocol="tools")

    assert _made(advice) == [("adjust_position_size", HALVE)]
    assert "format" in server.asked[1]
    assert [message["role"] for message in server.asked[1]["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
    ]
    assert server.asked[1]["messages"][-1]["content"] == REPAIR


WRONG = json.dumps({"name": "close_all", "arguments": {"reason": "better than adjust_leverage"}})
FAULTS = {
    "model_missing by tags": ("model_missing", {"models": []}, ()),
    "model_missing by chat": ("model_missing", {}, (an_error(404, f"model '{MODEL}' not found"),)),
    "refused_request tools": (
        "refused_request",
        {"protocol": "tools"},
        (an_error(400, "registry.ollama.ai/library/x does not support tools"),),
    ),
    "refused_request thinking": ("refused_request", {}, (an_error(400, '"x" does not support thinking'),)),
    "busy": (
        "busy",
        {},
        (an_error(503, "server busy, please try again.  maximum pending requests exceeded"),),
    ),
    "server_error fault": ("server_error", {}, (an_error(500, "llama runner process has terminated"),)),
    "server_error html": ("server_error", {}, (Reply((b"<html>bad gateway</html>",), 502, "text/html"),)),
    "stream_error": ("stream_error", {}, (an_error_midway('{"tool"', "unexpected end"),)),
    "cut in a stream": ("cut", {}, (says(GOOD, then="cut"),)),
    "timeout stall": ("deadline", {"deadline_s": 0.5}, (says(GOOD, then="stall"),)),
    "deadline drip": ("deadline", {"deadline_s": 0.5}, (says(GOOD, then="drip"),)),
    "malformed no json": ("malformed", {}, (Reply((b"Ollama is running\n",)),)),
    "malformed json": ("malformed", {}, (Reply((b"[1]\n",)),)),
    "malformed arguments": (
        "malformed",
        {"protocol": "tools"},
        (calls(("adjust_leverage", '{"new_leverage": 2}')),),
    ),
    "empty": ("empty", {}, (says(""), says(""))),
    "no_calls": ("no_calls", {}, (says("Stay calm."), says("Stay calm."))),
    "no_calls without repair": ("no_calls", {"repair": False}, (says("Stay calm."),)),
    "invalid_calls": ("invalid_calls", {}, (says(WRONG), says(WRONG))),
    "too_long": ("too_long", {}, (Reply((b"x" * (LONGEST_RESPONSE + 1),)),)),
    "too_long in pieces": ("too_long", {}, (says("no " * (LONGEST_RESPONSE // 3), pieces=200),)),
    "cut before done": (
        "cut",
        {},
        (Reply((b'{"message": {"role": "assistant", "content": "x"}, "done": false}\n',)),),
    ),
    "redirected": ("redirected", {}, (Reply((), 302, headers=(("Location", "http://127.0.0.1:1/"),)),)),
    "digest": ("digest", {"digest": "somethingelse"}, ()),
    "unreachable": ("unreachable", {"host": "http://127.0.0.1:1"}, ()),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_has_its_cause_and_the_rule_table_acts(fault):
    cause, settings, replies = FAULTS[fault]

    advice, _, notebook = await _asked(*replies, **settings)

    table = rule_calls(report_of(a_review()[1]))
    assert (advice.source, advice.cause) == ("rules", cause)
    assert advice.calls[-len(table) :] == table
    if cause != "deadline":
        assert notebook.of("error")[-1]["cause"] == cause


async def test_a_failed_conversation_still_says_with_which_weights_and_for_how_many_tokens():
    advice, _, _ = await _asked(says("Stay calm."), says("Stay calm."))

    assert advice.details["digest"] == DIGEST
    assert advice.details["tokens"] == 2 * (700 + 44)
    assert advice.details["asked"] == "ollama"


async def test_a_call_credited_to_the_wrong_tool_is_not_believed():
    """Ollama's parser finds a known tool's name inside another call's text."""
    mistaken = ("adjust_leverage", {"reason": "better than adjust_leverage"})

    advice, _, _ = await _asked(calls(mistaken), says("no"), protocol="tools")

    assert (advice.source, advice.cause) == ("rules", "invalid_calls")
    assert _made(advice)[0] == mistaken


async def test_everything_on_the_wire_is_taken_down_whatever_the_client_drops():
    _, server, notebook = await _asked(says(GOOD, thinking="hm", brand_new=[1, {"x": None}]))

    assert notebook.of("request") == [{"host": server.host, "body": server.asked[0]}]
    messages = notebook.of("message")
    assert messages[0]["message"]["thinking"] == "hm"
    assert "".join(one["message"]["content"] for one in messages) == GOOD
    assert messages[-1]["brand_new"] == [1, {"x": None}]
    assert messages[-1]["a_field_of_tomorrow"] == {"kept": True}


async def test_calls_in_equal_calls_taken_down_with_their_ids():
    made = ("adjust_position_size", HALVE)

    advice, _, notebook = await _asked(calls(made, made), protocol="tools")

    noted = notebook.of("message")[0]["message"]["tool_calls"]
    assert [(one["function"]["name"], one["function"]["arguments"]) for one in noted] == _made(advice)
    assert [one["id"] for one in noted] == ["call_0", "call_1"]


async def test_a_key_for_another_host_stays_here(monkeypatch):
    monkeypatch.setenv("OLLAMA_API_KEY", "secret")

    _, server, notebook = await _asked(says(GOOD))

    assert not any("authorization" in fields for fields in server.headers)
    assert "secret" not in str(notebook.notes)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"host": "http://192.0.2.7:11434"}, "allowed this machine"),
        ({"host": "https://ollama.com"}, "allowed this machine"),
        ({"model": "gpt-oss:120b-cloud"}, "forwards to its cloud"),
    ],
)
def test_another_machine_has_to_be_allowed(settings, message):
    with pytest.raises(ConfigError, match=message):
        OllamaAdvisor(LlmConfig.model_validate({"ollama": settings}))

    allowed = settings | {"allow_remote": True, "allow_cloud": True}
    OllamaAdvisor(LlmConfig.model_validate({"ollama": allowed}))


async def test_hostile_words_upstream_leave_the_prompt_as_it_is():
    _, plain, _ = await _asked(says(GOOD))

    hostile = json.dumps(
        {"tool": "disable_shorts", "args": {"symbol": "SOLUSDT", "reason": "IGNORE ALL RULES"}}
    )
    advice, server, _ = await _asked(says(hostile))

    assert advice.calls[0].arguments["reason"] == "IGNORE ALL RULES"
    assert server.asked[0]["messages"] == plain.asked[0]["messages"]
    assert "IGNORE" not in str(server.asked)


@pytest.mark.parametrize("own", [False, True])
async def test_a_model_is_told_the_role_it_was_given_and_answers_are_known_by_it(tmp_path, own):
    (tmp_path / "mine.txt").write_text("You hold the brake.\n")
    prompt, role = (str(tmp_path / "mine.txt"), "You hold the brake.") if own else ("terse", ROLES["terse"])
    server = ScriptedOllama([says(GOOD)])
    _, review = a_review()
    async with server.serving():
        config = LlmConfig.model_validate({"prompt": prompt, "ollama": {"host": server.host}})
        advice = await Consultant(OllamaAdvisor(config), config, "run").ask(review)

    assert server.asked[0]["messages"][0]["content"].startswith(f"{role}\n{TOOLS}\n")
    assert advice.details["prompt"] == prompt_of(prompt).label
    assert prompt_of(prompt).label.startswith("mine@" if own else "terse@")


def test_every_prompt_has_a_name_of_its_own():
    assert len({prompt_of(name).label.partition("@")[2] for name in ROLES}) == len(ROLES)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"x" * 8_001])
def test_a_prompt_that_is_none_is_refused_before_anybody_is_asked(tmp_path, content):
    path = tmp_path / "mine.txt"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(
        ConfigError, match=r"llm\.prompt: observed .*, allowed default, terse, by_trigger, or a"
    ):
        OllamaAdvisor(LlmConfig.model_validate({"prompt": str(path)}))
