"""No order of events leaves an order in a state it may not be in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.domain.orders import OrderState
from alphastrike.execution.kernel_orders import learn_fill, learn_state
from alphastrike.execution.lifecycle import LEGAL, TERMINAL
from tests.builders import an_order
from tests.desks import a_trader

LOTS = 10
numbers = st.integers(0, 4)  # three orders, one that is not ours, one that never was
fills = st.tuples(st.just("fill"), numbers, st.integers(1, LOTS))
words = st.tuples(st.just("word"), numbers, st.sampled_from(OrderState))


def book_of(trader) -> dict[int, tuple[int, int]]:
    """State and filled lots by order number."""
    rows = trader.desk.orders[0, : trader.desk.order_count[0]]
    return {int(row["order_id"]): (int(row["state"]), int(row["filled_lots"])) for row in rows}


@given(events=st.lists(st.one_of(fills, words), max_size=30))
def test_any_order_of_events_leaves_every_order_in_a_legal_state(events):
    trader = a_trader()
    for number in (1, 2, 3):
        trader.work(an_order(1, LOTS, number=number), state=OrderState.PENDING)

    for kind, number, value in events:
        before = book_of(trader)
        known = (
            learn_fill(trader.desk, 0, number, value)
            if kind == "fill"
            else learn_state(trader.desk, 0, number, value)
        )
        after = book_of(trader)

        others = {key: order for key, order in before.items() if key != number}
        assert {key: order for key, order in after.items() if key != number} == others
        if number not in before:
            assert not known
            continue
        asked = OrderState.PARTIALLY_FILLED if kind == "fill" else value
        assert known == bool(LEGAL[before[number][0], asked])
        if not known:
            assert after == before
        elif number in after:
            assert after[number][0] == asked
            assert not TERMINAL[asked]
            assert after[number][1] < LOTS
        else:
            assert TERMINAL[asked] or before[number][1] + value >= LOTS
    assert list(book_of(trader)) == sorted(book_of(trader))
    assert np.all(trader.desk.order_count >= 0)
