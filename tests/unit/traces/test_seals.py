"""A seal is behind the one before it: what was changed, lost or taken out since is named."""

import pytest
from sqlalchemy import text

from alphastrike.traces.seals import Sealer
from alphastrike.traces.tee import Tee
from tests.traced import a_stored_event, a_stored_trace, a_trace

NAMES = ("run-r000001", "run-r000002", "run-r000003")


@pytest.fixture
def sealed(store):
    """A store with one recording of three traces, each of three events."""
    tee = Tee(store, "run")
    for name in NAMES:
        for number in range(3):
            tee.note(name, "message", {"number": number, "text": "naïve \x00"})
        tee.finish(a_trace(name))
    tee.close()
    return store


def changed(store, statement):
    with store.engine.begin() as connection:
        connection.execute(text(statement))
    return [(name, what) for name, _, what in store.verified().problems]


def test_what_a_tee_wrote_is_as_it_was(sealed):
    again = Tee(sealed, "run")  # the same run once more: a recording of its own
    again.note(NAMES[0], "message", "hello")
    again.finish(a_trace(NAMES[0]))
    again.close()

    found = sealed.verified()

    assert (found.sealed, found.unsealed, found.problems) == (4, 0, ())


@pytest.mark.parametrize(
    ("statement", "name", "what"),
    [
        (
            "UPDATE trace_events SET payload = '{}' WHERE trace_id = 'run-r000002' AND seq = 2",
            NAMES[1],
            "is not what was captured",
        ),
        (
            "UPDATE traces SET calls = '[1]' WHERE trace_id = 'run-r000003'",
            NAMES[2],
            "is not what was captured",
        ),
        (
            "DELETE FROM trace_events WHERE trace_id = 'run-r000001' AND seq = 3",
            NAMES[0],
            "observed 2 events, sealed 3",
        ),
        (
            "DELETE FROM traces WHERE trace_id = 'run-r000002'",
            NAMES[2],
            "observed 1 trace(s) missing before it",
        ),
        (
            "UPDATE trace_seals SET previous = '' WHERE trace_id = 'run-r000003'",
            NAMES[2],
            "is not what was captured",
        ),
    ],
)
def test_what_is_not_as_it_was_is_named(sealed, statement, name, what):
    assert changed(sealed, statement) == [(name, what)]


def test_what_is_said_after_a_review_was_finished_is_kept_and_not_sealed(store):
    tee = Tee(store, "run")
    tee.note(NAMES[0], "request", 1)
    tee.finish(a_trace(NAMES[0]))
    tee.note(NAMES[0], "error", "too late")
    tee.close()

    assert store.verified().problems == ()
    assert [one["kind"] for one in store.trace(NAMES[0])["events"]] == ["request", "error"]


def test_a_label_breaks_no_seal(sealed):
    sealed.label(NAMES[0], 1, {"regret": 0.1}, "v1")

    assert sealed.verified().problems == ()


def test_what_was_pruned_is_not_missed(sealed):
    with sealed.engine.begin() as connection:
        for table in ("traces", "trace_events"):
            connection.execute(text(f"UPDATE {table} SET recorded_ms = 1 WHERE trace_id = 'run-r000001'"))

    sealed.prune(2)

    found = sealed.verified()
    assert (found.sealed, found.problems) == (2, ())


def test_a_write_that_failed_leaves_a_gap(store):
    sealer = Sealer()
    for name in NAMES:
        trace, event = a_stored_trace(name), a_stored_event(name)
        sealer.hear(event)
        seal = sealer.seal(trace)
        if name != NAMES[1]:
            store.write([trace], [event], [seal])

    assert store.verified().problems == ((NAMES[2], 1, "observed 1 trace(s) missing before it"),)


def test_traces_nobody_sealed_are_counted(sealed):
    with sealed.engine.begin() as connection:
        connection.execute(text("DELETE FROM trace_seals"))

    found = sealed.verified()

    assert (found.sealed, found.unsealed, found.problems) == (0, 3, ())
