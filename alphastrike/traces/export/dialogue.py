"""A trace as a conversation of one decision: what was asked, which tools there were, what was called.

The palette's prompt and tools come from outside as `Words`, because a trace of the rule table or of the
placebo holds a report and no conversation. What was really said to a model is used as it was said, without
the sentence that only asks for a form of answer: the form is the format's affair.
"""

import marshal
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from alphastrike.traces.export.shared import Shared
from alphastrike.traces.export.trace import Call, Json, Trace

_REFUSED = "refused"
_PLAIN = 2  # the version without references: equal values are equal bytes


@dataclass(frozen=True, slots=True)
class Words:
    """How a report is told to a model: `prompt` and `tools` of a report's JSON, `ValueError` if it is none.

    `form` is the sentence that only asks for a form of answer.
    """

    prompt: Callable[[str], list[Json]]
    tools: Callable[[str], list[Json]]
    form: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What a format projects: `messages` are a system's and a user's, `calls` the decision, never empty."""

    messages: tuple[Json, ...]
    tools: tuple[Shared, ...]
    calls: tuple[Call, ...]
    thinking: str = ""


def usable_calls(trace: Trace, *, include_failed: bool) -> tuple[Call, ...]:
    """The calls worth learning: those the guard did not refuse, or all of them."""
    return tuple(call for call in trace.calls if include_failed or call.verdict != _REFUSED)


@dataclass(frozen=True, slots=True)
class Telling:
    """How much of a trace is told: refused calls too, thoughts too, and the tools or not."""

    include_failed: bool = False
    include_thinking: bool = False
    with_tools: bool = True


def dialogue_of(trace: Trace, words: Words, telling: Telling) -> Dialogue:
    """The conversation; `ValueError` for a report that is none."""
    report = trace.row["report"]
    asked = trace.requests[0] if trace.requests else {}
    messages = _recorded(asked, words.form) or tuple(words.prompt(report))
    tools = interned(asked.get("tools") or words.tools(report)) if telling.with_tools else ()
    calls = usable_calls(trace, include_failed=telling.include_failed)
    return Dialogue(messages, tools, calls, _thinking(trace) if telling.include_thinking else "")


def interned(tools: list[Json]) -> tuple[Shared, ...]:
    """The same objects for the same tools: there are few palettes, and every record carries one."""
    return _shared_tools(marshal.dumps(tools, _PLAIN))


@lru_cache(maxsize=512)
def _shared_tools(written: bytes) -> tuple[Shared, ...]:
    return tuple(Shared(tool) for tool in marshal.loads(written))  # noqa: S302 - written one line above


def _recorded(asked: Json, form: str) -> tuple[Json, ...]:
    """The first question as it was sent."""
    messages = asked.get("messages")
    if not isinstance(messages, list):
        return ()
    return tuple(
        {"role": str(one["role"]), "content": str(one.get("content") or "").removesuffix(form).rstrip()}
        for one in messages
    )


def _thinking(trace: Trace) -> str:
    """What the model thought aloud, from the messages of its last answer."""
    said: list[str] = []
    for event in trace.events:
        if event["kind"] == "request":
            said = []
        elif event["kind"] == "message":
            said.append(_thought(event["payload"]))
    return "".join(said).strip()


def _thought(payload: Any) -> str:
    message = payload.get("message") if isinstance(payload, dict) else None
    found = message.get("thinking") if isinstance(message, dict) else None
    return found if isinstance(found, str) else ""
