"""Approval is a type: what risk did not approve cannot become a command."""

from decimal import Decimal

import pytest

from alphastrike.domain.commands import ApprovedOrder, PlaceOrder
from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.domain.outcomes import Reason


def an_opening(quantity: str, *, reduce_only: bool = False) -> UnifiedOrder:
    return UnifiedOrder(
        "BTCUSDT", Side.BUY, OrderType.MARKET, Decimal(quantity), "run-BTCUSDT-1", reduce_only=reduce_only
    )


@pytest.mark.parametrize("approved", ["0", "1.499"])
def test_an_opening_beyond_what_was_approved_is_a_fault(approved):
    with pytest.raises(InvariantBroken, match=r"observed an opening order of 1\.5"):
        ApprovedOrder(an_opening("1.5"), Decimal(approved))


def test_up_to_what_was_approved_it_may_be_sent():
    command = PlaceOrder(ApprovedOrder(an_opening("1.5"), Decimal("1.5")), 1, Reason.ENTRY)

    assert command.order.quantity == Decimal("1.5")


def test_reducing_needs_no_approval():
    reducing = an_opening("9", reduce_only=True)

    assert ApprovedOrder(reducing, Decimal(0)).order is reducing


def test_a_persons_order_is_their_own_approval():
    assert ApprovedOrder.by_operator(an_opening("2")).approved_quantity == Decimal(2)
