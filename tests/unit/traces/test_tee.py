"""The tee: lossless, best effort, off the hot path."""

import logging
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from alphastrike.traces.lossless import from_text, to_text
from alphastrike.traces.store import TraceStore
from alphastrike.traces.tee import Tee
from tests.traced import a_trace

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(max_size=20),
    st.decimals(allow_nan=False),
    st.datetimes(timezones=st.just(UTC)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.text(max_size=5), st.just("$float")), inner, max_size=4),
        st.dictionaries(st.integers(), inner, max_size=2),
    ),
    max_leaves=12,
)


class Block(BaseModel):
    model_config = ConfigDict(extra="allow")

    content: Any = None


@dataclass
class Usage:
    tokens: int
    price: Decimal


async def _stream(*messages):
    for message in messages:
        yield message


async def _passed_on(tee, *messages):
    return [message async for message in tee.messages("run-r000001", _stream(*messages))]


def _stored(store):
    found = store.trace("run-r000001")
    return [one["payload"] for one in found["events"]]


@settings(max_examples=60)
@given(VALUES)
def test_whatever_is_said_reads_back_as_it_was(value):
    assert from_text(to_text(value)) == value


async def test_messages_go_on_unchanged_and_all_of_them_are_stored(store):
    tee = Tee(store, "run")
    messages = [
        {"message": {"role": "assistant", "content": "plain"}, "brand_new": {"a": [1]}},
        {"content": [{"text": "no type here"}, {"type": "tool_use", "input": {"x": Decimal("0.10")}}]},
        Block(content=b"\x00\xff", later_field=datetime(2026, 1, 1, tzinfo=UTC)),
        Usage(7, Decimal("1E-8")),
    ]

    seen = await _passed_on(tee, *messages, float("inf"))
    tee.finish(a_trace())
    counts = tee.close()

    assert seen[:4] == messages
    stored = _stored(store)
    assert stored[:2] == messages[:2]
    assert stored[2] == {"content": b"\x00\xff", "later_field": datetime(2026, 1, 1, tzinfo=UTC)}
    assert stored[3] == {"tokens": 7, "price": Decimal("1E-8")}
    assert stored[4] == float("inf")
    assert (counts.taken, counts.written, counts.dropped, counts.lost) == (6, 6, 0, 0)


def test_an_object_that_cannot_be_read_is_named_and_costs_nothing_else():
    class Broken:
        @property
        def __dict__(self):
            raise ValueError("no")

    loop: list[Any] = []
    loop.append(loop)

    assert from_text(to_text(Broken()))["$unreadable"] == "Broken"
    assert "$deeper" in to_text(loop)
    assert "object" in from_text(to_text(object()))["$repr"]
    assert to_text({"$float": 1}) == '{"$dict":{"$float":1}}'


def test_a_clean_stop_loses_nothing(store):
    tee = Tee(store, "run")
    for number in range(3_000):
        tee.note("run-r000001", "message", {"number": number})
    tee.finish(a_trace())

    counts = tee.close()

    assert [one["number"] for one in _stored(store)] == list(range(3_000))
    assert counts.written == 3_001


def test_two_threads_at_once_are_counted_right(store):
    tee = Tee(store, "run", queue_size=100_000)

    def talk(trace_id):
        for number in range(2_000):
            tee.note(trace_id, "message", number)

    talkers = [threading.Thread(target=talk, args=(f"run-r00000{number}",)) for number in (1, 2)]
    for talker in talkers:
        talker.start()
    for talker in talkers:
        talker.join()
    counts = tee.close()

    assert (counts.taken, counts.written, counts.lost) == (4_000, 4_000, 0)


def test_a_full_queue_drops_counts_and_warns_once(tmp_path, caplog):
    store = TraceStore.opened(tmp_path / "traces.db")
    gate = threading.Event()
    write, started = store.write, threading.Event()

    def held(*rows):
        started.set()
        gate.wait(30)
        write(*rows)

    store.write = held  # the database takes its time
    tee = Tee(store, "run", queue_size=2)
    tee.note("run-r000001", "message", 0)
    started.wait(30)
    with caplog.at_level(logging.WARNING):
        for number in range(1, 6):
            tee.note("run-r000001", "message", number)
    gate.set()
    counts = tee.close()
    store.close()

    assert (counts.taken, counts.written, counts.dropped) == (6, 3, 3)
    assert sum("queue full" in record.message for record in caplog.records) == 1


def test_a_database_that_never_answers_does_not_hold_up_the_end_of_a_run(tmp_path):
    store, gate = TraceStore.opened(tmp_path / "traces.db"), threading.Event()
    started = threading.Event()

    def held(*rows):
        started.set()
        gate.wait(30)

    store.write = held
    tee = Tee(store, "run", queue_size=2)
    tee.note("run-r000001", "message", 0)
    started.wait(30)
    for number in range(1, 6):
        tee.note("run-r000001", "message", number)

    counts = tee.close(timeout_s=0.01)
    gate.set()
    store.close()

    assert (counts.taken, counts.written, counts.dropped, counts.lost) == (6, 0, 3, 3)


async def test_a_locked_database_costs_traces_and_is_counted(tmp_path, caplog):
    path = tmp_path / "traces.db"
    store = TraceStore.opened(path)
    _impatient(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    tee = Tee(store, "run")

    with caplog.at_level(logging.WARNING):
        seen = await _passed_on(tee, 1, 2, 3)
        counts = tee.close()
    other.execute("ROLLBACK")
    other.close()
    store.close()

    assert seen == [1, 2, 3]
    assert (counts.lost, counts.written) == (3, 0)
    assert "database is locked" in caplog.text


async def test_a_full_disk_costs_traces_and_later_ones_are_stored_again(tmp_path, caplog):
    store = TraceStore.opened(tmp_path / "traces.db")
    with store._engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    tee = Tee(store, "run")

    with caplog.at_level(logging.WARNING):
        seen = await _passed_on(tee, "x" * 1_000_000)
        counts = tee.close()

    assert len(seen[0]) == 1_000_000
    assert (counts.lost, counts.written) == (1, 0)
    assert "full" in caplog.text
    with store._engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    again = Tee(store, "run")
    again.finish(a_trace())
    assert again.close().written == 1
    store.close()


async def test_a_database_that_is_gone_costs_traces_and_is_counted(tmp_path):
    store = TraceStore.opened(tmp_path / "traces.db")
    with store._engine.begin() as connection:
        connection.execute(text("DROP TABLE trace_events"))
    tee = Tee(store, "run")

    seen = await _passed_on(tee, 1)
    counts = tee.close()
    store.close()

    assert seen == [1]
    assert counts.lost == 1


async def test_a_read_only_database_costs_traces_and_is_counted(tmp_path):
    TraceStore.opened(tmp_path / "traces.db").close()
    store = TraceStore.opened(tmp_path / "traces.db")
    with store._engine.connect() as connection:
        connection.execute(text("PRAGMA query_only = 1"))
    tee = Tee(store, "run")

    seen = await _passed_on(tee, 1)
    counts = tee.close()
    store.close()

    assert seen == [1]
    assert counts.lost == 1


async def test_a_fault_in_the_stream_reaches_the_caller_and_what_came_before_is_kept(store):
    async def cut():
        yield 1
        raise ConnectionError("cut")

    tee = Tee(store, "run")
    messages = tee.messages("run-r000001", cut())

    first = await anext(messages)
    with pytest.raises(ConnectionError, match="cut"):
        await anext(messages)
    tee.finish(a_trace())
    tee.close()

    assert first == 1
    assert _stored(store) == [1]


def _impatient(store):
    """Fail at once instead of waiting a second for the lock."""
    from sqlalchemy import event

    @event.listens_for(store._engine, "connect")
    def _settings(connection, _record):
        connection.execute("PRAGMA busy_timeout=0")

    store._engine.dispose()
