"""One trace as the stages after the reader see it: plain values, nothing of the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from alphastrike.domain.counterfactuals import ReplayOutcome

Json = dict[str, Any]
_FREE = ("reason", "message")


class Key(NamedTuple):
    """Which trace, and when: `store` counts the stores read together, `event_ms` is the close that asked."""

    trace_id: str
    attempt: int
    store: int
    event_ms: int
    episode_id: str | None


class Wants(NamedTuple):
    """What a look over traces is for: every event, or the questions alone; what a replay found, or not."""

    events: bool = False
    labels: bool = False


class Problem(NamedTuple):
    """A row that could not be read, and why."""

    trace_id: str
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that is one; `verdict` is the guard's word on it, empty where it never came to that."""

    tool: str
    arguments: Json
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A row that could be read.

    `row` has the JSON columns read. `calls` are those with a name and an object of arguments, `requests` the
    bodies sent, `events` everything said, where a format asked for it. `label` is what a replay found.
    """

    key: Key
    row: Mapping[str, Any]
    calls: tuple[Call, ...]
    requests: tuple[Json, ...]
    events: tuple[Json, ...] = ()
    label: ReplayOutcome | None = None


def decision(tool: str, arguments: Mapping[str, Any]) -> list[Any]:
    """A call without its free text: two reasons for one decision are one decision."""
    return [tool, {name: value for name, value in sorted(arguments.items()) if name not in _FREE}]
