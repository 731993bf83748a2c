"""An execution is booked once, and known for ours however the venue names it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from alphastrike.domain.commands import ApprovedOrder, PlaceOrder
from alphastrike.domain.orders import (
    OrderState,
    OrderType,
    Side,
    UnifiedFill,
    UnifiedOrder,
    UnifiedOrderResult,
)
from alphastrike.domain.outcomes import Reason
from alphastrike.live.known_fills import KnownFills


def a_fill(**changes):
    fill = UnifiedFill(
        "BTCUSDT", Side.BUY, Decimal(2), Decimal(100), Decimal(0), False, "77", "", 1_000, fill_id="f1"
    )
    return replace(fill, **changes)


def an_order_sent(known, *, side=Side.BUY, reason=Reason.ENTRY):
    order = UnifiedOrder("BTCUSDT", side, OrderType.MARKET, Decimal(2), "run-BTCUSDT-1")
    known.expect(PlaceOrder(ApprovedOrder.by_operator(order), 1, reason))


def told(*, number="77", filled=2):
    return UnifiedOrderResult("BTCUSDT", "run-BTCUSDT-1", number, OrderState.FILLED, Decimal(filled))


@pytest.fixture
def known():
    return KnownFills(since_ms=500)


def test_the_same_execution_is_new_once(known):
    assert [known.is_new(a_fill()), known.is_new(a_fill()), known.is_new(a_fill(fill_id="f2"))] == [
        True,
        False,
        True,
    ]


def test_what_happened_before_the_start_is_nobody_s(known):
    assert not known.is_new(a_fill(event_time_ms=499))


def test_executions_are_asked_for_from_a_minute_before_the_latest(known):
    known.is_new(a_fill(event_time_ms=500_000))

    assert known.since_ms("BTCUSDT") == 440_000
    assert known.since_ms("ETHUSDT") == 500


def test_an_execution_is_ours_by_the_number_of_its_order(known):
    an_order_sent(known)

    fill = known.attributed(a_fill(), [told(filled=0)])

    assert fill.client_order_id == "run-BTCUSDT-1"
    assert known.reason(fill) is Reason.ENTRY


def test_an_execution_is_ours_when_an_order_is_filled_further_than_was_booked(known):
    an_order_sent(known)

    first = known.attributed(a_fill(order_id="other"), [told(number="78")])
    known.is_new(first)
    second = known.attributed(a_fill(order_id="other", fill_id="f2"), [told(number="78")])

    assert first.client_order_id == "run-BTCUSDT-1"
    assert second.client_order_id == ""
    assert known.reason(second) is Reason.OPERATOR


def test_an_order_of_the_other_side_explains_nothing(known):
    an_order_sent(known, side=Side.SELL)

    assert known.attributed(a_fill(), [told()]).client_order_id == ""


def test_an_order_a_person_had_us_send_is_ours(known):
    an_order_sent(known, reason=Reason.OPERATOR)
    fill = known.attributed(a_fill(), [told()])

    assert (known.is_ours(fill), known.reason(fill)) == (True, Reason.OPERATOR)
    assert not known.is_ours(a_fill())


def test_a_liquidation_is_the_venue_s(known):
    an_order_sent(known)
    fill = known.attributed(a_fill(is_liquidation=True), [told()])

    assert (fill.client_order_id, known.reason(fill)) == ("", Reason.LIQUIDATION)
