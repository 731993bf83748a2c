"""Orders to a session stay in their box until they are journaled, and wait for the next start."""

import pytest

from alphastrike.app.paper_session import HEADER, open_session
from alphastrike.live.driver import HEARD, TOLD
from alphastrike.live.journal import Journal
from alphastrike.live.order_box import drop_order, waiting_orders
from alphastrike.live.told import STOP, STOP_WHEN_FLAT


def texts(orders):
    return [order.text for order in orders]


def left_unfinished(folder, *told):
    """A journal that a killed process left, in which it was told these orders."""
    journal = Journal.opened(folder / "journal.jsonl")
    journal.append(HEADER, {})
    journal.append(HEARD, {})
    for name in told:
        journal.append(TOLD, {"event": {}, "order": name})
    journal.close()


def test_an_order_waits_until_the_session_listens_and_is_offered_once(tmp_path):
    session, heard = open_session(tmp_path, is_fresh=False), []
    drop_order(tmp_path, "veto i000001")

    session.obey()
    waiting = texts(session.waiting)
    session.listen = lambda: heard.extend(texts(session.waiting))
    session.obey()

    assert waiting == heard == ["veto i000001"]
    assert texts(waiting_orders(tmp_path)) == ["veto i000001"]
    assert not session.stopping.is_asked


def test_a_stop_among_other_orders_is_obeyed(tmp_path):
    session = open_session(tmp_path, is_fresh=False)
    for order in ("veto i000001", "stop", "expire i000002"):
        drop_order(tmp_path, order)

    session.obey()

    assert session.stopping.is_asked
    assert texts(session.waiting) == ["veto i000001", "expire i000002"]


@pytest.mark.parametrize("order", ["resume", "flatten", "reduce_only", "veto i000001"])
def test_an_order_left_while_nothing_ran_is_heard_by_the_next_start(order, tmp_path):
    drop_order(tmp_path, order)

    session = open_session(tmp_path, is_fresh=False)
    session.obey()

    assert texts(session.waiting) == [order]


def test_a_plain_stop_was_meant_for_the_process_before(tmp_path):
    drop_order(tmp_path, STOP)

    session = open_session(tmp_path, is_fresh=False)
    session.obey()

    assert not session.stopping.is_asked
    assert waiting_orders(tmp_path) == ()


def test_an_order_that_was_journaled_before_the_process_died_is_not_heard_twice(tmp_path):
    left_unfinished(tmp_path, drop_order(tmp_path, "resume").stem)
    drop_order(tmp_path, "flatten")

    session = open_session(tmp_path, is_fresh=False)
    session.obey()

    assert texts(session.waiting) == ["flatten"]
    assert texts(waiting_orders(tmp_path)) == ["flatten"]


def test_a_stop_that_waits_for_a_flat_account_outlives_the_process(tmp_path):
    left_unfinished(tmp_path, drop_order(tmp_path, STOP_WHEN_FLAT).stem)

    session = open_session(tmp_path, is_fresh=False)
    session.obey()
    before = session.stopping.is_asked
    session.flat()
    session.ended()

    assert not session.waiting
    assert (before, session.stopping.is_asked) == (False, True)
    assert waiting_orders(tmp_path) == ()


def test_a_flat_account_alone_stops_nothing(tmp_path):
    session = open_session(tmp_path, is_fresh=False)

    session.flat()

    assert not session.stopping.is_asked
