"""What the venue says of a conditional order, and what it leaves to the order that one becomes."""

from decimal import Decimal

import pytest

from alphastrike.adapters.binance.account_mappers import to_algo_order
from alphastrike.domain.orders import OrderState

ALGO = {"symbol": "BTCUSDT", "clientAlgoId": "stop", "algoId": 7, "algoStatus": "FINISHED"}
BECAME = {"symbol": "BTCUSDT", "clientOrderId": "x", "orderId": 8, "status": "FILLED", "avgPrice": "60000"}


def test_a_finished_one_is_unknown_until_its_order_says_what_was_filled():
    alone, whole = to_algo_order(ALGO), to_algo_order(ALGO, {**BECAME, "executedQty": "0.010"})

    assert (alone.state, alone.filled_quantity) == (OrderState.UNKNOWN, 0)
    assert (whole.state, whole.filled_quantity) == (OrderState.FILLED, Decimal("0.010"))
    assert (whole.order_id, whole.client_order_id) == ("7", "stop")


@pytest.mark.parametrize(
    ("status", "state"),
    [("NEW", "WORKING"), ("TRIGGERED", "WORKING"), ("CANCELED", "CANCELED"), ("HALF_BAKED", "UNKNOWN")],
)
def test_its_own_words_tell_the_rest(status, state):
    assert to_algo_order({**ALGO, "algoStatus": status}).state is OrderState[state]
