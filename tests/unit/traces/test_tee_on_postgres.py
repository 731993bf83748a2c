"""A server that is locked, read-only or gone costs traces and nothing else."""

import pytest
from sqlalchemy import create_engine, text

from alphastrike.traces.store import TraceStore
from alphastrike.traces.tables import METADATA
from alphastrike.traces.tee import Tee


@pytest.fixture
def store(postgres_url):
    opened = TraceStore.opened(postgres_url)
    yield opened
    opened.close()
    engine = create_engine(postgres_url)
    METADATA.drop_all(engine)
    engine.dispose()


@pytest.fixture
def other(postgres_url):
    engine = create_engine(postgres_url)
    yield engine
    engine.dispose()


async def passed_on(tee):
    async def stream():
        for number in (1, 2, 3):
            yield number

    return [message async for message in tee.messages("run-r000001", stream())]


async def test_a_locked_table_is_not_waited_for(store, other):
    with store._engine.connect() as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "1s"
    tee = Tee(store, "run")
    with other.begin() as holder:
        holder.execute(text("LOCK TABLE trace_events IN ACCESS EXCLUSIVE MODE"))

        seen = await passed_on(tee)
        counts = tee.close()

    assert seen == [1, 2, 3]
    assert (counts.lost, counts.written) == (3, 0)


async def test_a_read_only_server_is_counted(store, other, postgres_url):
    with other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER DATABASE postgres SET default_transaction_read_only = on"))
    store._engine.dispose()
    tee = Tee(store, "run")

    seen = await passed_on(tee)
    counts = tee.close()
    store._engine.dispose()
    with other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(text("ALTER DATABASE postgres RESET default_transaction_read_only"))

    assert seen == [1, 2, 3]
    assert (counts.lost, counts.written) == (3, 0)


async def test_a_connection_that_was_ended_is_made_anew(store, other):
    tee = Tee(store, "run")
    store.status()
    with other.connect() as connection:
        ended = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        connection.execute(ended)

    seen = await passed_on(tee)
    counts = tee.close()

    assert seen == [1, 2, 3]
    assert (counts.lost, counts.written) == (0, 3)


async def test_a_server_that_is_gone_is_counted(store):
    gone = TraceStore(create_engine("postgresql+psycopg://trader@127.0.0.1:1/postgres"))
    tee = Tee(gone, "run")

    seen = await passed_on(tee)
    counts = tee.close()
    gone.close()

    assert seen == [1, 2, 3]
    assert (counts.lost, counts.written) == (3, 0)
