"""One process a folder; what it says can be read, what it is told reaches it once."""

import pytest

from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.live.order_box import drop_order, waiting_orders
from alphastrike.live.state_folder import is_owned, owned, read_status, write_status


def test_a_second_process_is_refused_and_told_who_is_there(tmp_path):
    with owned(tmp_path):
        write_status(tmp_path, {})

        with (
            pytest.raises(ConfigError, match=r"in use by process \d+; allowed: one process a folder"),
            owned(tmp_path),
        ):
            pass

        assert is_owned(tmp_path)
    assert not is_owned(tmp_path)


def test_nobody_owns_a_folder_that_never_was(tmp_path):
    assert not is_owned(tmp_path / "never")


def test_a_folder_is_free_again_after_its_process(tmp_path):
    with owned(tmp_path / "deep" / "state"):
        pass

    with owned(tmp_path / "deep" / "state"):
        pass


def test_the_status_is_what_was_last_written(tmp_path):
    write_status(tmp_path, {"equity": 1.5})
    write_status(tmp_path, {"equity": 2.5})

    assert read_status(tmp_path)["equity"] == 2.5
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_no_status_is_nothing_and_a_broken_one_is_named(tmp_path):
    assert read_status(tmp_path) == {}
    (tmp_path / "status.json").write_text("{")

    with pytest.raises(DataError, match=r"status\.json: not readable as JSON"):
        read_status(tmp_path)


def test_orders_stay_in_the_order_they_came_until_they_are_done(tmp_path):
    for order in ("stop", "resume", "flatten"):
        drop_order(tmp_path, order)

    first = waiting_orders(tmp_path)
    first[1].done()
    first[1].done()

    assert [order.text for order in first] == ["stop", "resume", "flatten"]
    assert [order.text for order in waiting_orders(tmp_path)] == ["stop", "flatten"]
    assert len({order.name for order in first}) == 3
