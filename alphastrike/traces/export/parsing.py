"""A row of the store as a `Trace`; `ValueError` or `TypeError` for one that is not what a recording wrote."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from alphastrike.domain.counterfactuals import ReplayOutcome
from alphastrike.traces.export.trace import Call, Json, Key, Trace, Wants
from alphastrike.traces.lossless import from_text

# One for all texts: the one that `json.loads` would make for each of them costs as much as a short text.
_DECODER = json.JSONDecoder(parse_constant=lambda name: {"$float": name})
_SHAPES: tuple[tuple[str, type], ...] = (
    ("details", dict),
    ("calls", list),
    ("judgements", list),
    ("state_before", object),
    ("state_after", object),
)


def trace_of(
    key: Key, row: Mapping[str, Any], events: Sequence[Mapping[str, Any]], wants: Wants
) -> tuple[Trace, str]:
    """The trace, and a doubt about its label where that was wanted and could not be read."""
    plain = dict(row)
    for name, shape in _SHAPES:
        if name in plain:
            plain[name] = _shaped(name, plain[name], shape)
    if not isinstance(plain["report"], str):
        raise TypeError(f"report: observed {type(plain['report']).__name__}, allowed text")
    requests = tuple(_body(one["payload"]) for one in events if one["kind"] == "request")
    label, doubt = _label(plain["outcome"] if wants.labels else None)
    said = tuple(_event(one) for one in events) if wants.events else ()
    calls = _calls(plain["calls"], plain["judgements"])
    return Trace(key, plain, calls, tuple(body for body in requests if body), said, label), doubt


def _calls(calls: list[Any], judgements: list[Any]) -> tuple[Call, ...]:
    is_judged = len(judgements) == len(calls)
    found = []
    for place, one in enumerate(calls):
        tool = one.get("tool") if isinstance(one, dict) else None
        arguments = one.get("arguments") if isinstance(one, dict) else None
        if isinstance(tool, str) and isinstance(arguments, dict):
            word = judgements[place].get("outcome") if is_judged else None
            found.append(Call(tool, arguments, word if isinstance(word, str) else ""))
    return tuple(found)


def _shaped(name: str, text: Any, shape: type) -> Any:
    found = _json(text)
    if not isinstance(found, shape):
        raise TypeError(f"{name}: observed {type(found).__name__}, allowed {shape.__name__}")
    return found


def _json(text: Any) -> Any:
    """JSON whose NaN and infinities, which other readers refuse, are spelled as the store spells them."""
    return _DECODER.decode(text)


def _body(payload: str) -> Json:
    """The body of a request, with its keys as they were sent."""
    found = from_text(payload)
    body = found.get("body") if isinstance(found, dict) else None
    return body if isinstance(body, dict) else {}


def _event(one: Mapping[str, Any]) -> Json:
    return {
        "seq": one["seq"],
        "kind": one["kind"],
        "recorded_ms": one["recorded_ms"],
        "payload": _json(one["payload"]),
    }


def _label(text: Any) -> tuple[ReplayOutcome | None, str]:
    if text is None:
        return None, ""
    try:
        return ReplayOutcome.model_validate_json(text), ""
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return None, f"its label cannot be read and is left out: {where}: {first['msg']}"
