"""Whatever the engine handles or answers travels through text unchanged."""

import json
import math
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.domain.commands import ApprovedOrder, CancelOrder, Command, PlaceOrder
from alphastrike.domain.errors import DataError
from alphastrike.domain.events import CandlesClosed, Event, FillReceived, FundingSettled, OrderChanged
from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.orders import OrderState, Side, UnifiedFill, UnifiedOrder
from alphastrike.domain.outcomes import Code, Halted, Outcome, Passed, Reason, Stage
from alphastrike.live.codec import decode, encode, to_text

times = st.integers(0, 2**53)
texts = st.text(max_size=12)
money = st.decimals(allow_nan=False, allow_infinity=False, places=9)
candles = st.builds(
    UnifiedCandle, texts, times, times, *[st.floats()] * 5, st.none() | st.floats(), st.booleans()
)
fills = st.builds(
    UnifiedFill, texts, st.sampled_from(Side), money, money, money, st.booleans(), texts, texts, times
)
values = st.one_of(
    st.builds(CandlesClosed, times, times, times, st.lists(candles, max_size=3).map(tuple)),
    st.builds(FillReceived, times, fills, st.sampled_from(Reason)),
    st.builds(FundingSettled, times, texts, *[st.floats()] * 4),
    st.builds(OrderChanged, times, texts, texts, st.sampled_from(OrderState), texts),
    st.builds(CancelOrder, texts, texts, times),
    st.builds(Passed, texts, times, st.sampled_from(Code)),
    st.builds(
        Halted,
        st.sampled_from(Stage),
        st.sampled_from(Code),
        texts,
        times,
        *[st.floats()] * 2,
        st.none() | times,
    ),
)


@given(values)
def test_what_comes_back_is_what_went_in(value):
    text = to_text(encode(value))

    back = decode(json.loads(text))

    assert repr(back) == repr(value)  # NaN equals nothing, but reads the same


def test_an_order_keeps_every_digit_of_its_decimals():
    from alphastrike.domain.orders import OrderType

    order = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.LIMIT, Decimal("0.0010"), "r-1", Decimal("1E+5"))

    back = decode(json.loads(to_text(encode(PlaceOrder(ApprovedOrder.by_operator(order), 1, Reason.ENTRY)))))

    assert str(back.order.quantity) == "0.0010"
    assert str(back.order.price) == "1E+5"
    assert isinstance(back.order.side, Side)


def test_every_kind_of_event_command_and_outcome_is_known():
    kinds = {kind.__name__ for union in (Event, Command, Outcome) for kind in get_args(union)}

    with pytest.raises(DataError) as refused:
        decode({"is": "Nonsense"})

    assert all(kind in str(refused.value) for kind in kinds)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"is": "CancelOrder", "symbol": "A", "client_order_id": "x", "order_id": 1, "new": 2},
            "field 'new'",
        ),
        ({"is": "CancelOrder", "symbol": "A", "client_order_id": "x"}, "CancelOrder.order_id"),
        (
            {"is": "CancelOrder", "symbol": "A", "client_order_id": "x", "order_id": "?"},
            "CancelOrder.order_id",
        ),
    ],
)
def test_a_field_this_version_does_not_know_is_refused(data, message):
    with pytest.raises(DataError, match=message):
        decode(data)


def test_numbers_without_a_word_in_json_are_spelled():
    text = to_text({"a": [math.nan, math.inf, -math.inf, 1.5], "b": {"c": (math.nan,)}})

    assert json.loads(text) == {"a": ["nan", "inf", "-inf", 1.5], "b": {"c": ["nan"]}}
