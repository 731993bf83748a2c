"""The life of an order, move by move."""

from itertools import product

import pytest

from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.orders import OrderState
from alphastrike.execution.lifecycle import LEGAL, TERMINAL, advance

P, W, PF = OrderState.PENDING, OrderState.WORKING, OrderState.PARTIALLY_FILLED
F, C, R = OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED
E, U = OrderState.EXPIRED, OrderState.UNKNOWN

# What may follow what, written out a second time on purpose.
ALLOWED = {
    (P, W), (P, PF), (P, F), (P, C), (P, R), (P, E), (P, U),
    (W, PF), (W, F), (W, C), (W, E), (W, R), (W, U),
    (PF, PF), (PF, F), (PF, C), (PF, E), (PF, U),
    (U, W), (U, PF), (U, F), (U, C), (U, R), (U, E),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), list(product(OrderState, OrderState)))
def test_every_move_is_legal_or_refused_as_the_table_says(before, after):
    if (before, after) in ALLOWED:
        assert advance(before, after) is after
        assert LEGAL[before, after]
        return

    assert not LEGAL[before, after]
    with pytest.raises(InvariantBroken, match=f"{before.name} cannot become {after.name}"):
        advance(before, after)


def test_finished_orders_never_move_again():
    assert [state for state in OrderState if TERMINAL[state]] == [F, C, R, E]
    assert not LEGAL[TERMINAL].any()


def test_an_order_in_doubt_can_turn_out_to_be_anything_but_unsent():
    assert {after for after in OrderState if LEGAL[U, after]} == {W, PF, F, C, R, E}
