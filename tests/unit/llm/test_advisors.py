"""The rule table, the blind draw, and who answers when the advisor does not."""

import asyncio
from dataclasses import replace

import pytest

from alphastrike.domain.events import InterventionProposed
from alphastrike.domain.intervals import DAY_MS, HOUR_MS
from alphastrike.domain.interventions import Advice, Tool, Verdict
from alphastrike.live.codec import encode, to_text
from alphastrike.llm.advisors.random_palette import RandomPalette
from alphastrike.llm.advisors.rules import RuleTable, rule_calls
from alphastrike.llm.config import LlmConfig
from alphastrike.llm.consultation import Consultant
from alphastrike.llm.failures import AdvisorFailed
from alphastrike.llm.palette import MODELS, answer_schema, tool_schemas
from alphastrike.llm.report_parts import FiredPart
from tests.breakers import SYMBOLS, a_call, a_patient, a_review, report_of


class Scripted:
    """An advisor that does what it is told."""

    name = "scripted"

    def __init__(self, *answers):
        self.answers = list(answers)

    async def advise(self, request, trace_id):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        if answer == "hang":
            await asyncio.Event().wait()
        return answer


def _consultant(*answers, **ollama):
    config = LlmConfig.model_validate({"ollama": ollama})
    return Consultant(Scripted(*answers), config, "run", clock=lambda: 0.0)


def _fired(trigger, observed, limit, scope="SOLUSDT"):
    return FiredPart(scope=scope, trigger=trigger, observed=observed, limit=limit, samples=20)


def test_the_rule_table_answers_each_trigger_the_accounts_first():
    _, review = a_review()

    calls = rule_calls(report_of(review))

    assert calls == (
        a_call("adjust_leverage", new_leverage=3.75, reason="portfolio losing_streak"),
        a_call("adjust_position_size", symbol="SOLUSDT", multiplier=0.5, reason="SOLUSDT losing_streak"),
    )


def test_the_rule_table_is_stricter_the_worse_it_is():
    report = report_of(a_review()[1])

    def answer(*fired):
        return [call.arguments for call in rule_calls(report.model_copy(update={"fired": fired}))]

    assert answer(_fired("losing_streak", 7, 5))[0]["multiplier"] == 0.3
    assert answer(_fired("drawdown", 0.22, 0.15))[0]["duration_hours"] == 72
    assert answer(_fired("drawdown", 0.16, 0.15))[0]["duration_hours"] == 24
    assert answer(_fired("win_rate", 0.25, 0.4))[0]["threshold"] == 85.0
    assert answer(_fired("win_rate", 0.39, 0.4))[0]["threshold"] == 75.0
    assert answer(_fired("drawdown", None, 0.15, scope="portfolio"))[0]["new_leverage"] == 2.5
    assert answer()[0] == {"reason": "no trigger fired"}


def test_whatever_the_rule_table_says_passes_the_guard():
    patient, review = a_review()

    judgements = patient.answer(review, *rule_calls(report_of(review)))

    assert {one.verdict for one in judgements} <= {Verdict.APPLIED, Verdict.CLAMPED}


def test_the_blind_draw_is_valid_and_follows_from_the_report():
    seen = set()
    for seed in range(200):
        patient, review = a_review()
        palette = RandomPalette(seed, 50)
        call = palette.call_for(review.report)
        judgement = patient.answer(review, call)[0]
        seen.add(call.tool)

        assert call == palette.call_for(review.report)
        assert judgement.verdict is not Verdict.REFUSED
    assert seen == {tool.value for tool in Tool}


async def test_an_answer_is_passed_on_as_it_is():
    _, review = a_review()
    said = Advice((a_call("no_action", reason="wait"),), "scripted", 7)

    advice = await _consultant(said).ask(review)

    assert advice.calls == said.calls
    assert (advice.source, advice.cause, advice.trace_id) == ("scripted", "", f"run-{review.review_id}")


async def test_a_failure_of_any_kind_hands_over_to_the_rule_table():
    _, review = a_review()

    failed = await _consultant(AdvisorFailed("model_missing", "x")).ask(review)
    broken = await _consultant(ZeroDivisionError("secret")).ask(review)
    stalled = await _consultant("hang", deadline_s=0.001).ask(review)

    table = (await RuleTable(50).advise(review, "")).calls
    assert [one.cause for one in (failed, broken, stalled)] == ["model_missing", "advisor_error", "deadline"]
    assert {one.source for one in (failed, broken, stalled)} == {"rules"}
    assert failed.calls == broken.calls == stalled.calls == table


async def test_what_was_said_before_the_failure_is_kept_for_the_record():
    _, review = a_review()
    wrong = a_call("close_all")

    advice = await _consultant(AdvisorFailed("invalid_calls", calls=(wrong,))).ask(review)

    assert advice.calls[0] == wrong
    assert len(advice.calls) > 1


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "sell everything",
        Advice([a_call("no_action")], "scripted", 1),  # type: ignore[arg-type]
        Advice(("no_action",), "scripted", 1),  # type: ignore[arg-type]
        Advice((), "scripted", -1),
        Advice((), "scripted", 1.5),  # type: ignore[arg-type]
        Advice((), None, 1),  # type: ignore[arg-type]
    ],
)
async def test_an_answer_that_is_no_advice_is_a_failure(answer):
    _, review = a_review()

    advice = await _consultant(answer).ask(review)

    assert (advice.source, advice.cause) == ("rules", "advisor_error")


def _failure(cause, detail="", calls=()):
    failed = AdvisorFailed(cause, detail, calls)
    failed.facts = {"deep": float("nan")}
    return failed


@pytest.mark.parametrize(
    ("answer", "source", "cause"),
    [
        (Advice((), "a\x1b[2J\ud800b" * 99, 1, "", "t\n", {"x": object()}), ("a [2J b" * 99)[:80], ""),
        (Advice((), "scripted", 1, details=[1]), "scripted", ""),
        (Advice((), "scripted", 1, details={"x": "y" * 99_999}), "scripted", ""),
        (_failure(7), "rules", "advisor_error"),
        (_failure("own\nword", None, "none"), "rules", "own word"),
        (ValueError("\ud800" * 9_999), "rules", "advisor_error"),
    ],
    ids=["words", "details", "long", "cause", "calls", "error"],
)
async def test_whatever_an_advisor_says_of_itself_is_safe_to_keep(answer, source, cause):
    _, review = a_review()

    advice = await _consultant(answer).ask(review)

    assert (advice.source, advice.cause) == (source, cause)
    assert len(to_text(encode(InterventionProposed(1, "r1", advice)))) < 3_000


async def test_a_day_has_so_many_tokens_and_the_next_one_new_ones():
    _, review = a_review()
    dear = Advice((), "scripted", 1, details={"tokens": 600})
    failed = AdvisorFailed("no_calls")
    failed.facts = {"tokens": 500}
    consultant = _consultant(dear, failed, dear, tokens_per_day=1_000)
    tomorrow = replace(review, event_time_ms=review.event_time_ms + DAY_MS)

    said = [await consultant.ask(review) for _ in range(3)]
    said.append(await consultant.ask(tomorrow))

    assert [one.cause for one in said] == ["", "no_calls", "budget", ""]
    assert "observed 1100 tokens today, allowed up to 1000" in said[2].details["failure"]


async def test_an_advisor_that_keeps_failing_is_left_alone_for_a_while():
    _, review = a_review()
    failures = [AdvisorFailed("busy") for _ in range(2)]
    consultant = _consultant(*failures, Advice((), "scripted", 1), failures=2, rest_hours=1)

    causes = [(await consultant.ask(review)).cause for _ in range(3)]
    later = type(review)(review.event_time_ms + HOUR_MS, "r2", review.fired, review.report, 0)
    rested = await consultant.ask(later)

    assert causes == ["busy", "busy", "resting"]
    assert rested.source == "scripted"


async def test_a_fixed_latency_stands_for_whatever_was_measured():
    _, review = a_review()
    config = LlmConfig(latency_ms=3_000)

    advice = await Consultant(Scripted(AdvisorFailed("busy")), config, "run").ask(review)

    assert advice.latency_ms == 3_050


def test_the_schemas_and_the_models_agree_on_every_tool():
    schema = answer_schema(SYMBOLS)["anyOf"]
    tools = tool_schemas(SYMBOLS)

    for option, tool in zip(schema, tools, strict=True):
        arguments = option["properties"]["args"]
        assert option["properties"]["tool"]["const"] == tool["function"]["name"]
        assert arguments == tool["function"]["parameters"]
        assert arguments["required"] == list(arguments["properties"])
        assert "minimum" not in str(arguments)
    assert len(schema) == len(MODELS) == len(Tool)


def test_every_value_the_schemas_offer_is_taken_as_it_is():
    for option in answer_schema(SYMBOLS)["anyOf"]:
        for name, field in option["properties"]["args"]["properties"].items():
            for value in field.get("enum", []):
                if name in {"threshold", "multiplier", "new_leverage", "duration_hours"} and value != 5:
                    given = {key: rest.get("enum", ["x"])[0] for key, rest in _properties(option).items()}
                    patient, review = a_review(a_patient())
                    call = a_call(option["properties"]["tool"]["const"], **(given | {name: value}))

                    judgement = patient.answer(review, call)[0]

                    assert judgement.verdict is Verdict.APPLIED, (call, judgement)


def _properties(option):
    return option["properties"]["args"]["properties"]
