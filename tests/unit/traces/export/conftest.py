"""A store in a file, with a way to fill it."""

import pytest

from alphastrike.traces.store import TraceStore
from tests.conversations import written


@pytest.fixture
def place(tmp_path):
    return tmp_path / "traces.db"


@pytest.fixture
def fill(place):
    """Write conversations into the store at `place`."""

    def _fill(*conversations):
        store = TraceStore.opened(place)
        written(store, *conversations)
        store.close()

    return _fill
