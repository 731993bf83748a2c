"""Seals: what a trace held when it was captured, so that what was changed or lost since is noticed.

A seal is the SHA-256 of the seal before it in the same recording, of every event and of the captured
columns. It proves that a store is what a tee wrote; whoever can write a whole store anew can seal it anew.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select

from alphastrike.traces.tables import EVENTS, SEALS, TRACES

Row = dict[str, Any]
Read = Row | RowMapping
# What is written beside a capture later is no part of it.
_LATER = frozenset({"outcome", "outcome_version", "episode_id", "propensity"})
_CAPTURED = tuple(sorted(column.name for column in TRACES.c if column.name not in _LATER))


class Said:
    """A running digest of a trace's events, in order."""

    def __init__(self, events: Iterable[Read] = ()) -> None:
        """Begin with these."""
        self.count = 0
        self._digest = hashlib.sha256()
        for event in events:
            self.add(event)

    def add(self, event: Read) -> None:
        """Take the next event."""
        self.count += 1
        self._digest.update(json.dumps([event["seq"], event["kind"], event["payload"]]).encode())

    def seal(self, previous: str, trace: Read) -> str:
        """SHA-256 (hex) of the trace of these events, behind the seal before it."""
        captured = json.dumps([trace[name] for name in _CAPTURED], default=str)
        return hashlib.sha256(f"{previous}{self._digest.hexdigest()}{captured}".encode()).hexdigest()


class Sealer:
    """Seals the traces of one recording in the order in which they are finished."""

    def __init__(self) -> None:
        """Nothing is sealed yet."""
        self._said: dict[str, Said] = {}
        self._previous = ""
        self._number = 0

    def hear(self, event: Row) -> None:
        """Take an event of a trace that is not finished."""
        self._said.setdefault(event["trace_id"], Said()).add(event)

    def seal(self, trace: Row) -> Row:
        """The row of `tables.SEALS` for a finished trace."""
        said = self._said.pop(trace["trace_id"], None) or Said()
        self._number += 1
        row = {
            "trace_id": trace["trace_id"],
            "attempt": trace["attempt"],
            "number": self._number,
            "events": said.count,
            "previous": self._previous,
            "sha256": said.seal(self._previous, trace),
        }
        self._previous = row["sha256"]
        return row


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at every seal found. `problems` are (trace id, attempt, what)."""

    sealed: int
    unsealed: int
    problems: tuple[tuple[str, int, str], ...]


def verify(engine: Engine) -> Verified:
    """Hold every sealed trace against its seal, and every seal against the one before it.

    The oldest that is left of a recording has nobody before it: older ones may have been pruned.
    """
    here = (SEALS.c.trace_id == TRACES.c.trace_id) & (SEALS.c.attempt == TRACES.c.attempt)
    columns = (TRACES, SEALS.c.number, SEALS.c.events, SEALS.c.sha256, SEALS.c.previous)
    query = select(*columns).join(SEALS, here).order_by(TRACES.c.run_id, TRACES.c.attempt, SEALS.c.number)
    problems: list[tuple[str, int, str]] = []
    sealed = 0
    before: Read = {"run_id": None, "attempt": None}
    with engine.connect() as reading, engine.connect() as asking:
        for row in reading.execution_options(yield_per=500).execute(query).mappings():
            sealed += 1
            what = _changed(asking, row) or _moved(row, before)
            if what:
                problems.append((row["trace_id"], row["attempt"], what))
            before = row
        total = int(asking.execute(select(func.count()).select_from(TRACES)).scalar_one())
    return Verified(sealed, total - sealed, tuple(problems))


def _changed(connection: Connection, row: Read) -> str:
    mine = (EVENTS.c.trace_id == row["trace_id"]) & (EVENTS.c.attempt == row["attempt"])
    query = select(EVENTS.c.seq, EVENTS.c.kind, EVENTS.c.payload).where(mine).order_by(EVENTS.c.seq)
    # What was still said after the review was finished came after its seal.
    said = Said(connection.execute(query.limit(row["events"])).mappings())
    if said.count != row["events"]:
        return f"observed {said.count} events, sealed {row['events']}"
    return "" if said.seal(row["previous"], row) == row["sha256"] else "is not what was captured"


def _moved(row: Read, before: Read) -> str:
    if (row["run_id"], row["attempt"]) != (before["run_id"], before["attempt"]):
        return ""
    missing = row["number"] - before["number"] - 1
    if missing:
        return f"observed {missing} trace(s) missing before it"
    return "" if row["previous"] == before["sha256"] else "follows another trace than when it was sealed"
