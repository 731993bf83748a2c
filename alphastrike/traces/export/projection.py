"""What a format is, and the shapes that several of them share."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from alphastrike.domain.counterfactuals import NO_ACTION, RECORDED, ReplayOutcome
from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.trace import Call, Json, Trace

_NOTHING = Call("no_action", {"reason": "no tool helps"})


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a decision down.

    `project` gives the content of no, one or several records. `companions` are files beside the records, by
    name, given the names of the record files. `needs_label` says that without a replay there is nothing.
    `rendered` makes of a redacted content what is written: redaction is dear on one long text.
    """

    name: str
    project: Callable[[Trace, Dialogue], list[Json]]
    wants_events: bool = False
    needs_label: bool = False
    companions: Callable[[Sequence[str]], dict[str, Json]] = lambda _names: {}
    rendered: Callable[[Json], Json] = lambda clean: clean


def assistant(calls: Iterable[Call], thinking: str = "") -> Json:
    """The turn that calls: arguments are objects, and content is the empty text every template takes."""
    turn: Json = {"role": "assistant", "content": ""}
    if thinking:
        turn["reasoning_content"] = thinking
    turn["tool_calls"] = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": call.tool, "arguments": call.arguments},
        }
        for number, call in enumerate(calls)
    ]
    return turn


def branch_calls(label: ReplayOutcome, branch: str, said: Sequence[Call]) -> tuple[Call, ...]:
    """What would have been said in a branch: what was, for the recorded one; a call even for nothing."""
    if branch == RECORDED:
        return tuple(said)
    if branch == NO_ACTION:
        return (_NOTHING,)
    calls = tuple(Call(one.tool, one.arguments) for one in label.branches.get(branch, ()))
    return calls or (_NOTHING,)


def compact(value: Any) -> str:
    """One line of JSON, as chat templates write it."""
    return json.dumps(value, ensure_ascii=False)
