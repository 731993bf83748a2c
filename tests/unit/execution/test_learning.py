"""What the engine's order book makes of fills and of the venue's words."""

import pytest

from alphastrike.domain.orders import OrderState, OrderType
from alphastrike.execution.kernel_orders import learn_fill, learn_state
from tests.builders import an_order
from tests.desks import a_trader

PENDING, WORKING = OrderState.PENDING, OrderState.WORKING
DONE = (OrderState.FILLED, OrderState.CANCELED, OrderState.EXPIRED)


def with_orders(*numbers: int, state: OrderState = PENDING):
    """A trader with orders of ten lots working."""
    trader = a_trader()
    for number in numbers:
        trader.work(an_order(1, 10, OrderType.LIMIT, at=90.0, number=number), state=state)
    return trader


def numbers_of(trader) -> list[int]:
    return trader.desk.orders[0, : trader.desk.order_count[0]]["order_id"].tolist()


def test_a_part_fill_is_counted():
    trader = with_orders(1)

    assert learn_fill(trader.desk, 0, 1, 4)

    order = trader.desk.orders[0, 0]
    assert (order["filled_lots"], order["state"]) == (4, OrderState.PARTIALLY_FILLED)


def test_a_complete_order_leaves_the_book_and_the_others_stay_in_order():
    trader = with_orders(1, 2, 3)

    learn_fill(trader.desk, 0, 2, 4)
    learn_fill(trader.desk, 0, 2, 6)

    assert numbers_of(trader) == [1, 3]


@pytest.mark.parametrize("number", [0, 99])
def test_fills_and_words_about_other_orders_change_nothing(number):
    trader = with_orders(1)
    before = trader.desk.ledger.snapshot()

    assert not learn_fill(trader.desk, 0, number, 4)
    assert not learn_state(trader.desk, 0, number, OrderState.CANCELED)

    assert trader.desk.ledger.snapshot() == before


def test_an_acknowledged_order_is_working():
    trader = with_orders(1)

    assert learn_state(trader.desk, 0, 1, WORKING)

    assert trader.desk.orders[0, 0]["state"] == WORKING


@pytest.mark.parametrize("state", [*DONE, OrderState.REJECTED])
def test_a_finished_order_leaves_the_book(state):
    trader = with_orders(1, 2)

    assert learn_state(trader.desk, 0, 1, state)

    assert numbers_of(trader) == [2]


def test_a_late_acknowledgement_does_not_undo_a_part_fill():
    trader = with_orders(1)
    learn_fill(trader.desk, 0, 1, 4)

    assert not learn_state(trader.desk, 0, 1, WORKING)

    assert trader.desk.orders[0, 0]["state"] == OrderState.PARTIALLY_FILLED


def test_an_order_in_doubt_is_kept_until_the_venue_has_spoken():
    trader = with_orders(1)
    learn_state(trader.desk, 0, 1, OrderState.UNKNOWN)
    assert numbers_of(trader) == [1]

    learn_state(trader.desk, 0, 1, OrderState.EXPIRED)

    assert numbers_of(trader) == []
