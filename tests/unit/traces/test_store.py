"""The store on SQLite and on PostgreSQL: what goes in comes out, migrates, is labelled and pruned."""

import json

import pytest
from sqlalchemy import create_engine, text

from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.intervals import DAY_MS
from alphastrike.traces.config import TracesConfig
from alphastrike.traces.store import TraceStore, cutoff_ms, url_of
from tests.traced import a_stored_event, a_stored_trace


def test_a_trace_comes_back_with_its_events_in_order(store):
    store.write([a_stored_trace()], [a_stored_event(seq=2, payload='"b"'), a_stored_event(payload='"a"')])

    found = store.trace("run-r000001")

    assert [one["payload"] for one in found["events"]] == ["a", "b"]
    assert found["model"] == "qwen2.5:1.5b"
    assert found["outcome"] is None
    assert store.status() | {"schema": 3} == {
        "schema": 3,
        "traces": 1,
        "events": 2,
        "labelled": 0,
        "first_ms": 5,
        "last_ms": 5,
    }


def test_a_repeated_run_is_another_attempt_and_overwrites_nothing(store):
    first = store.next_attempt("run")
    store.write([a_stored_trace(calls="[1]")], [])

    second = store.next_attempt("run")
    store.write([a_stored_trace(attempt=second, calls="[2]")], [])

    assert (first, second, store.next_attempt("other")) == (1, 2, 1)
    assert store.trace("run-r000001")["calls"] == "[2]"
    assert store.trace("run-r000001", attempt=1)["calls"] == "[1]"


def test_a_label_is_written_beside_the_capture(store):
    store.write([a_stored_trace()], [])
    before = store.trace("run-r000001")

    store.label("run-r000001", 1, {"value": 0.5}, "replay-1")

    after = store.trace("run-r000001")
    assert (after["outcome"], after["outcome_version"]) == ('{"value": 0.5}', "replay-1")
    assert after | {"outcome": None, "outcome_version": None} == before


def test_what_is_older_than_the_retention_goes_with_its_events(store):
    store.write(
        [a_stored_trace(), a_stored_trace("run-r000002", recorded_ms=2 * DAY_MS)],
        [a_stored_event(), a_stored_event("run-r000002", recorded_ms=2 * DAY_MS)],
    )
    before_ms = cutoff_ms(3 * DAY_MS, 2)

    would = store.prune(before_ms, dry_run=True)
    went = store.prune(before_ms)

    assert (would, went) == (1, 1)
    assert [row["trace_id"] for row in store.traces()] == ["run-r000002"]
    assert store.status()["events"] == 1


def test_the_newest_traces_are_listed_first(store):
    store.write([a_stored_trace(), a_stored_trace("run-r000002", recorded_ms=9)], [])

    assert [row["trace_id"] for row in store.traces(limit=1)] == ["run-r000002"]
    assert store.traces(run_id="other") == []


def test_a_write_is_whole_or_not_at_all(store):
    store.write([a_stored_trace()], [])

    with pytest.raises(Exception, match=r"(?i)unique|primary"):
        store.write([a_stored_trace("run-r000002"), a_stored_trace()], [a_stored_event()])

    assert store.status()["traces"] == 1
    assert store.status()["events"] == 0


def test_a_trace_nobody_recorded_is_named(store):
    with pytest.raises(DataError, match="no trace 'x'"):
        store.trace("x")


def test_a_store_of_the_first_version_is_migrated_and_keeps_its_rows(store_url):
    store = TraceStore.opened(store_url)
    store.write([a_stored_trace()], [])
    store.close()
    engine = create_engine(store_url)
    with engine.begin() as connection:
        for column in ("episode_id", "propensity"):
            connection.execute(text(f"ALTER TABLE traces DROP COLUMN {column}"))
        connection.execute(text("DROP TABLE trace_seals"))
        connection.execute(text("UPDATE trace_schema SET version = 1"))
    engine.dispose()

    migrated = TraceStore.opened(store_url)
    row = migrated.trace("run-r000001")
    unsealed = migrated.verified().unsealed
    migrated.close()

    assert unsealed == 1
    assert row["propensity"] is None
    assert row["triggers"] == "SOLUSDT:losing_streak"


def test_a_store_of_a_later_version_is_left_alone(store_url):
    TraceStore.opened(store_url).close()
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE trace_schema SET version = 99"))
    engine.dispose()

    with pytest.raises(DataError, match="observed schema 99"):
        TraceStore.opened(store_url)


def test_text_of_every_kind_survives(store):
    odd = "\u0000 😀 \\u0000 'quoted' \"double\" ; DROP TABLE traces; --"
    store.write([], [a_stored_event(payload=json.dumps(odd))])
    store.write([a_stored_trace()], [])

    assert store.trace("run-r000001")["events"][0]["payload"] == odd


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "traces.db").write_text("this is a letter, not a database, and long enough to be seen as one")

    with pytest.raises(DataError, match="cannot be opened"):
        TraceStore.opened(tmp_path / "traces.db")


@pytest.mark.parametrize("url", ["nosuchdatabase://x/y", "://"])
def test_a_url_nobody_understands_is_a_configuration_error(url):
    with pytest.raises((ConfigError, DataError), match="traces"):
        TraceStore.opened(url)


def test_a_password_has_no_place_in_the_url():
    with pytest.raises(ValueError, match="without a password"):
        TracesConfig(url="postgresql+psycopg://me:secret@host/db")


def test_the_url_wins_over_the_path(tmp_path):
    assert url_of(TracesConfig(path=tmp_path / "a.db")) == f"sqlite:///{tmp_path / 'a.db'}"
    assert url_of(TracesConfig(url="postgresql+psycopg://me@host/db")) == "postgresql+psycopg://me@host/db"
