"""Which traces are exported: `--filter`, whether failures count, and how long a conversation must be."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from alphastrike.domain.errors import ConfigError
from alphastrike.traces.export.dialogue import usable_calls
from alphastrike.traces.export.labels import value_of
from alphastrike.traces.export.trace import Trace

_FORM = re.compile(r"\s*(\w+)\s*(<=|>=|!=|=|<|>)\s*(.*?)\s*")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_COLUMNS = ("run_id", "advisor", "cause", "model", "digest", "protocol", "software", "episode_id")
_SETS: dict[str, Callable[[Trace], set[str]]] = {
    "tool": lambda trace: {call.tool for call in trace.calls},
    "verdict": lambda trace: {call.verdict for call in trace.calls},
    "symbol": lambda trace: {str(call.arguments.get("symbol", "")) for call in trace.calls},
    "trigger": lambda trace: {one.rpartition(":")[2] for one in str(trace.row["triggers"]).split()},
    "scope": lambda trace: {one.rpartition(":")[0] for one in str(trace.row["triggers"]).split()},
    "labelled": lambda trace: {str(trace.label is not None).lower()},
}
FIELDS = tuple(sorted((*_COLUMNS, *_SETS, "time", "value")))
Test = Callable[[Trace], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps a trace that passes every test, did not fail, and has enough turns."""

    tests: tuple[Test, ...] = ()
    include_failed: bool = False
    min_turns: int = 1

    def keeps(self, trace: Trace) -> bool:
        """Whether the trace is exported."""
        if turns_of(trace) < self.min_turns or (trace.row["cause"] and not self.include_failed):
            return False
        has_calls = bool(usable_calls(trace, include_failed=self.include_failed))
        return has_calls and all(test(trace) for test in self.tests)


def turns_of(trace: Trace) -> int:
    """How often an answer was asked for; once where no model was."""
    return max(1, len(trace.requests))


def parsed(expressions: Sequence[str]) -> tuple[Test, ...]:
    """The tests of `--filter`; `ConfigError` for one that says nothing."""
    return tuple(_test(text) for text in expressions)


def _test(text: str) -> Test:
    match = _FORM.fullmatch(text)
    if match is None or match[1] not in FIELDS:
        raise ConfigError(
            f"--filter: observed {text!r}, allowed FIELD=VALUE, with = != < <= > >= and the fields "
            f"{', '.join(FIELDS)}"
        )
    field, sign, value = match[1], match[2], match[3]
    if field in {"time", "value"}:
        return _ordered(text, field, sign, value)
    if sign not in {"=", "!="}:
        raise ConfigError(f"--filter: observed {text!r}, allowed = and != for {field}")
    found = _SETS.get(field, partial(_column, field))
    return lambda trace: (value in found(trace)) == (sign == "=")


def _column(field: str, trace: Trace) -> set[str]:
    return {str(trace.row[field] or "")}


def _ordered(text: str, field: str, sign: str, value: str) -> Test:
    read: Callable[[str], float] = _moment if field == "time" else float
    try:
        limit = read(value)
    except ValueError:
        allowed = "a time such as 2024-05-01" if field == "time" else "a number"
        raise ConfigError(f"--filter: observed {text!r}, allowed {allowed} after {sign}") from None
    compared = _COMPARED[sign]
    if field == "time":
        return lambda trace: compared(trace.key.event_ms, limit)

    def is_worth(trace: Trace) -> bool:
        worth = value_of(trace.label)
        return worth is not None and compared(worth, limit)

    return is_worth


def _moment(text: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1_000
