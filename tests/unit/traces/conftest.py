"""A store on each database, empty for every test."""

import pytest
from sqlalchemy import create_engine

from alphastrike.traces.store import TraceStore
from alphastrike.traces.tables import METADATA
from tests.support.postgres import NAMED, postgres


@pytest.fixture(scope="session")
def postgres_url():
    with postgres() as url:
        if url is None:
            pytest.skip(f"no PostgreSQL: install Debian's postgresql, or name one in {NAMED}")
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'traces.db'}"
        return
    url = request.getfixturevalue("postgres_url")
    yield url
    engine = create_engine(url)
    METADATA.drop_all(engine)
    engine.dispose()


@pytest.fixture
def store(store_url):
    opened = TraceStore.opened(store_url)
    yield opened
    opened.close()
