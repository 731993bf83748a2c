"""The only stage that touches a database: traces in batches, in one order, whatever the database sorts by.

A row that cannot be read costs itself: it is kept in `problems`, and the next one is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from alphastrike.domain.errors import DataError
from alphastrike.traces.export.parsing import trace_of
from alphastrike.traces.export.trace import Key, Problem, Trace, Wants
from alphastrike.traces.store import Row, TraceStore
from alphastrike.traces.tables import EVENTS, TRACES

_BATCH = 400
_RAW_ONLY = ("state_before", "state_after", "snapshot_id", "recorded_ms", "latency_ms")
_Found = tuple[Row, list[Row]]
_UNREADABLE = (SQLAlchemyError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Reader:
    """Reads one or more stores as one. `wants_events` also fetches every message, not the questions alone."""

    def __init__(self, stores: Mapping[str, TraceStore]) -> None:
        """Read these stores, by the names they are told apart by."""
        self.names = tuple(stores)
        self._stores = tuple(stores.values())
        self._problems: dict[tuple[int, str, int], Problem] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, each once, sorted."""
        return tuple(self._problems[place] for place in sorted(self._problems))

    def keys(self) -> list[Key]:
        """Every trace there is, sorted by id, attempt and store; `DataError` when there is no telling."""
        found: list[Key] = []
        for number, store in enumerate(self._stores):
            found.extend(self._keys_of(number, store))
        return sorted(found, key=lambda key: key[:3])

    def traces(self, keys: Sequence[Key], wants: Wants) -> Iterator[Trace]:
        """The traces of these keys in their order, without those that cannot be read."""
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            found = self._fetched(batch, wants)
            for key in batch:
                yield from self._read(key, found.get(key[:3]), wants)

    def _keys_of(self, number: int, store: TraceStore) -> Iterator[Key]:
        query = select(TRACES.c.trace_id, TRACES.c.attempt, TRACES.c.cursor_ms, TRACES.c.episode_id)
        try:
            with store.engine.connect() as connection:
                for trace_id, attempt, event_ms, episode_id in connection.execute(query):
                    key = Key(str(trace_id), int(attempt), number, event_ms, episode_id)
                    if type(event_ms) is int:
                        yield key
                    else:
                        self._note(key, f"cursor_ms: observed {event_ms!r}, allowed milliseconds")
        except _UNREADABLE as error:
            raise DataError(f"traces: what is in the store cannot be listed: {_why(error)}") from None

    def _read(self, key: Key, found: _Found | None, wants: Wants) -> Iterator[Trace]:
        if found is None:
            self._note(key, "the row is gone")
            return
        try:
            trace, doubt = trace_of(key, *found, wants)
        except _UNREADABLE as error:
            self._note(key, _why(error))
            return
        if doubt:
            self._note(key, doubt)
        yield trace

    def _fetched(self, batch: Sequence[Key], wants: Wants) -> dict[Any, _Found]:
        found: dict[Any, _Found] = {}
        for number, store in enumerate(self._stores):
            mine = [key for key in batch if key.store == number]
            try:
                found |= _fetch(store, mine, wants)
            except _UNREADABLE:
                # One of them is to blame; one at a time tells which.
                for key in mine:
                    found |= self._fetched_alone(store, key, wants)
        return found

    def _fetched_alone(self, store: TraceStore, key: Key, wants: Wants) -> dict[Any, _Found]:
        try:
            return _fetch(store, [key], wants)
        except _UNREADABLE as error:
            self._note(key, _why(error))
            return {}

    def note(self, key: Key, error: BaseException) -> None:
        """One more row that cannot be used, found so by a later stage."""
        self._note(key, _why(error))

    def _note(self, key: Key, reason: str) -> None:
        place = (key.store, key.trace_id, key.attempt)
        self._problems.setdefault(place, Problem(key.trace_id, key.attempt, reason))


def _fetch(store: TraceStore, keys: Sequence[Key], wants: Wants) -> dict[Any, _Found]:
    if not keys:
        return {}
    wanted = {key[:2]: key[:3] for key in keys}
    ids = sorted({key.trace_id for key in keys})
    columns = [one for one in TRACES.c if wants.events or one.name not in _RAW_ONLY]
    rows = select(*columns).where(TRACES.c.trace_id.in_(ids))
    events = select(*(one for one in EVENTS.c if one.name != "id")).where(EVENTS.c.trace_id.in_(ids))
    if not wants.events:
        events = events.where(EVENTS.c.kind == "request")
    found: dict[Any, _Found] = {}
    with store.engine.connect() as connection:
        for row in connection.execute(rows).mappings():
            place = wanted.get((row["trace_id"], row["attempt"]))
            if place is not None:
                found[place] = (dict(row), [])
        for row in connection.execute(events.order_by(EVENTS.c.seq)).mappings():
            place = wanted.get((row["trace_id"], row["attempt"]))
            if place in found:
                found[place][1].append(dict(row))
    return found


def _why(error: BaseException) -> str:
    said = str(getattr(error, "orig", None) or error).splitlines() or [""]
    return f"{type(error).__name__}: {said[0][:200]}"
