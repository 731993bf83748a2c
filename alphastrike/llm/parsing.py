"""Tool calls out of what small models really emit; everything found is validated later, nothing is guessed.

Taken: native tool calls; a whole JSON text that is a call or a list of calls, as `{"tool", "args"}`,
`{"tool", "params"}` or `{"name", "arguments"}`; the same inside one code fence. Nothing else.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from alphastrike.domain.interventions import ProposedCall

LONGEST_ANSWER = 64_000
_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
_SHAPES = (
    ("tool", "args"),
    ("tool", "params"),
    ("tool", "arguments"),
    ("name", "arguments"),
    ("name", "parameters"),
)


def calls_in(message: Mapping[str, Any]) -> tuple[ProposedCall, ...]:
    """The calls of an assistant message; empty when there is none to be found."""
    native = message.get("tool_calls")
    if isinstance(native, list | tuple) and native:
        return tuple(_native(call) for call in native)
    content = message.get("content")
    return calls_in_text(content) if isinstance(content, str) else ()


def calls_in_text(text: str) -> tuple[ProposedCall, ...]:
    """The calls of a text that is nothing but them, fenced or not."""
    if len(text) > LONGEST_ANSWER:
        return ()
    fenced = _FENCE.findall(text)
    if len(fenced) > 1:
        return ()
    try:
        found = strict_json(fenced[0] if fenced else text)
    except (ValueError, RecursionError):
        return ()
    items = found if isinstance(found, list) else [found]
    calls = [_shaped(item) for item in items]
    return tuple(call for call in calls if call is not None)


def strict_json(text: str) -> Any:
    """JSON without NaN, without infinity and without a key said twice; `ValueError` otherwise."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)


def _native(call: Any) -> ProposedCall:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return ProposedCall(None, call)
    return ProposedCall(function.get("name"), function.get("arguments"))


def _shaped(item: Any) -> ProposedCall | None:
    if not isinstance(item, dict):
        return None
    for name, arguments in _SHAPES:
        if item.keys() == {name, arguments}:
            return ProposedCall(item[name], item[arguments])
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is said twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
