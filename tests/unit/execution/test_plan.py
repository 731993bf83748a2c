"""From intents to orders: what is placed, what is cancelled, in which order."""

import numpy as np
import pytest

from alphastrike.domain.ledger import ORDER_SLOTS
from alphastrike.domain.orders import OrderState, OrderType, TimeInForce
from alphastrike.domain.outcomes import Code, Reason
from tests.builders import START_MS, an_instrument, an_order
from tests.desks import Trader, a_trader

MARKET, STOP = OrderType.MARKET, OrderType.STOP_MARKET
CANCELED, PENDING = OrderState.CANCELED, OrderState.PENDING


def wants(
    trader: Trader, target: int, *, stop: float = np.nan, reason: Reason = Reason.ENTRY, symbol: int = 0
):
    """The trader with this intent written, as stage 7 would."""
    intent = trader.intent(symbol)
    intent["acts"] = 1
    intent["target_lots"] = intent["approved_lots"] = target
    intent["stop_price"] = stop
    intent["reason"] = reason
    trader.desk.decisions[symbol]["code"] = Code.ORDERED
    return trader


def protected(lots: int) -> Trader:
    """A position at 100 whose stop is order 1."""
    trader = a_trader()
    trader.hold(lots, 100.0)
    side = -1 if lots > 0 else 1
    trader.work(an_order(side, abs(lots), STOP, at=100.0 + 5 * side, reduce_only=True, number=1))
    trader.desk.account[0]["next_order_id"] = 2
    return trader


def described(orders) -> list[tuple]:
    """(id, state, side, type, lots, reduce_only) of orders sent."""
    names = ("order_id", "state", "side", "order_type", "lots", "reduce_only")
    return [tuple(int(order[name]) for name in names) for order in orders]


@pytest.mark.parametrize("side", [1, -1])
def test_an_entry_leaves_with_its_protective_stop(side):
    trader = wants(a_trader(), side * 50, stop=100.0 - side * 3)

    entry, stop = trader.planned()

    assert described([entry, stop]) == [
        (1, PENDING, side, MARKET, 50, 0),
        (2, PENDING, -side, STOP, 50, 1),
    ]
    assert stop["trigger_price"] == 100.0 - side * 3
    assert (entry["reason"], stop["reason"]) == (Reason.ENTRY, Reason.STOP)
    assert entry["time_in_force"] == TimeInForce.GTC
    assert entry["created_ms"] == START_MS
    assert [entry[name] for name in ("filled_lots", "price", "trigger_price")] == [0, 0.0, 0.0]


def test_an_entry_without_a_stop_price_leaves_alone():
    assert len(wants(a_trader(), 50).planned()) == 1


def test_what_is_sent_is_on_the_books_as_pending():
    trader = wants(a_trader(), 50, stop=97.0)

    trader.planned()

    book = trader.desk.orders[0, : trader.desk.order_count[0]]
    assert book["order_id"].tolist() == [1, 2]
    assert book["state"].tolist() == [PENDING, PENDING]
    assert trader.desk.account[0]["next_order_id"] == 3


@pytest.mark.parametrize("side", [1, -1])
def test_a_flip_cancels_the_old_stop_and_brings_its_own(side):
    trader = wants(protected(side * 50), -side * 30, stop=100.0 + side * 3, reason=Reason.FLIP)

    sent = trader.planned()

    assert described(sent) == [
        (1, CANCELED, -side, STOP, 50, 1),
        (2, PENDING, -side, MARKET, 80, 0),
        (3, PENDING, side, STOP, 30, 1),
    ]


@pytest.mark.parametrize("side", [1, -1])
def test_single_lots_are_entered_turned_and_left_like_any_other(side):
    entry, _ = wants(a_trader(), side, stop=100.0 - side * 3).planned()
    turn = wants(protected(side), -side, stop=100.0 + side * 3, reason=Reason.FLIP).planned()
    (leave,) = wants(protected(side), 0, reason=Reason.TIME_STOP).planned()

    assert described([entry]) == [(1, PENDING, side, MARKET, 1, 0)]
    assert described(turn[1:]) == [(2, PENDING, -side, MARKET, 2, 0), (3, PENDING, side, STOP, 1, 1)]
    assert described([leave]) == [(2, PENDING, -side, MARKET, 1, 1)]


@pytest.mark.parametrize("target", [0, 20])
def test_a_reduction_keeps_the_stop_working(target):
    trader = wants(protected(50), target, reason=Reason.LEVERAGE_CUT)

    assert described(trader.planned()) == [(2, PENDING, -1, MARKET, 50 - target, 1)]


def test_a_reduction_cancels_the_rest_of_an_entry():
    trader = protected(50)
    trader.work(an_order(1, 25, number=7))
    wants(trader, 0, reason=Reason.TIME_STOP)

    assert described(trader.planned())[0] == (7, CANCELED, 1, MARKET, 25, 0)


def test_a_stop_without_a_position_is_cancelled():
    trader = protected(50)
    trader.desk.positions[0]["lots"] = 0

    assert described(trader.planned()) == [(1, CANCELED, -1, STOP, 50, 1)]


def test_a_stop_whose_entry_is_still_on_its_way_is_kept():
    trader = wants(a_trader(), 50, stop=97.0)
    trader.planned()
    trader.intent()["acts"] = 0

    assert trader.planned() == []


def test_a_stop_with_its_position_is_kept():
    assert protected(50).planned() == []


def test_nothing_to_do_sends_nothing():
    assert a_trader().planned() == []


def test_a_full_order_book_is_a_halt_with_its_count():
    trader = a_trader()
    for number in range(ORDER_SLOTS - 1):
        trader.work(an_order(1, 1, OrderType.LIMIT, at=90.0, number=number + 1))
    wants(trader, 50, stop=97.0)

    sent = trader.planned()

    decision = trader.desk.decisions[0]
    assert sent == []
    assert (decision["code"], decision["observed"], decision["limit"]) == (
        Code.NO_ORDER_SLOT,
        ORDER_SLOTS - 1,
        ORDER_SLOTS,
    )


def test_the_last_two_slots_of_an_order_book_are_used():
    trader = a_trader()
    for number in range(ORDER_SLOTS - 2):
        trader.work(an_order(1, 1, OrderType.LIMIT, at=90.0, number=number + 1))
    wants(trader, 50, stop=97.0)

    placed = [order for order in trader.planned() if order["state"] == PENDING]

    assert len(placed) == 2
    assert trader.desk.order_count[0] == ORDER_SLOTS


def test_each_symbol_plans_on_its_own_book():
    trader = a_trader(an_instrument("AUSDT"), an_instrument("BUSDT"))
    wants(trader, 50, symbol=1)

    sent = trader.planned(1)

    assert len(sent) == 1
    assert trader.desk.order_count.tolist() == [0, 1]
    assert trader.outbox.symbols[0] == 1
