"""In demo mode nothing private outside the demo account is ever signed, whatever is asked."""

import asyncio
import contextlib
import inspect
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.adapters.weex.adapter import WeexConfig, plugin
from alphastrike.adapters.weex.endpoints import DEMO_PREFIX, ENDPOINTS, endpoint
from alphastrike.adapters.weex.rules import WeexRules
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import VenueError, VenueRejected
from alphastrike.domain.exchange import ExchangeRESTProtocol
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.client import Call
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.json_text import encode
from alphastrike.transport.wire import HttpReply

KEY = Credentials.of({"api_key": "key", "api_secret": "secret", "passphrase": "phrase"})
METHODS = sorted(
    name
    for name, member in inspect.getmembers(ExchangeRESTProtocol, inspect.iscoroutinefunction)
    if name not in {"connect", "close"}
)
LISTED = {
    "symbol": "BTCUSDT",
    "quoteAsset": "USDT",
    "marginAsset": "USDT",
    "pricePrecision": 1,
    "quantityPrecision": 3,
    "minOrderSize": "0.001",
    "maxLeverage": 100,
    "makerFeeRate": "0.0002",
    "takerFeeRate": "0.0008",
}
ORDERS = st.builds(
    UnifiedOrder,
    symbol=st.just("BTCUSDT"),
    side=st.sampled_from(Side),
    order_type=st.sampled_from(OrderType),
    quantity=st.integers(1, 50).map(lambda lots: Decimal(lots) / 1000),
    client_order_id=st.just("an-order"),
    price=st.none() | st.just(Decimal(100)),
    trigger_price=st.none() | st.just(Decimal(90)),
    reduce_only=st.booleans(),
)


class RecordingSender:
    """Answers like a venue with nothing in it, and remembers every request."""

    def __init__(self):
        self.requests = []

    async def send(self, request, timeout_s):
        self.requests.append(request)
        path = request.url.partition("?")[0].removeprefix("http://venue")
        return HttpReply(200, encode(self.answer(path)))

    def answer(self, path):
        if path.endswith("exchangeInfo"):
            return {"symbols": [LISTED]}
        if path.endswith("market/time"):
            return {"serverTime": 1_764_505_776_347}
        if path.endswith(("sim/order", "v3/order", "algoOrder")):
            return {"orderId": "702345678901234567", "success": True, "errorCode": ""}
        return []

    async def close(self):
        """Nothing to let go of."""


class StoppedClock:
    def now_ms(self):
        return 1_764_505_776_347


def demo(sender):
    access = VenueAccess(sender, None, StoppedClock(), None, KEY)
    return plugin.open(WeexConfig(rest_url="http://venue"), access).rest


@settings(max_examples=150)
@given(name=st.sampled_from(METHODS), order=ORDERS, data=st.data())
def test_no_method_ever_sends_a_private_request_outside_the_demo_account(name, order, data):
    sender = RecordingSender()
    rest = demo(sender)
    arguments = {
        "symbol": "BTCUSDT",
        "order": order,
        "client_order_id": "an-order",
        "mode": data.draw(st.sampled_from(MarginMode)),
        "leverage": data.draw(st.integers(1, 100)),
        "interval_ms": 60_000,
        "depth": 5,
    }
    wanted = inspect.signature(getattr(rest, name)).parameters

    async def call():
        await rest.connect()
        with contextlib.suppress(VenueError):
            await getattr(rest, name)(**{key: arguments.get(key, 0) for key in wanted})

    asyncio.run(call())

    signed = [request for request in sender.requests if "ACCESS-SIGN" in request.headers]
    assert all(request.url.startswith(f"http://venue{DEMO_PREFIX}") for request in signed)
    assert all("/capi/v3/market/" in request.url for request in sender.requests if request not in signed)


def test_the_guard_itself_refuses_to_sign_every_live_path():
    rules = WeexRules("http://venue", KEY, is_demo=True)
    private = [one for one in ENDPOINTS.values() if one.is_private]

    rules.is_open = True
    for one in private:
        with pytest.raises(VenueRejected, match="allowed paths under /capi/v3/sim/"):
            rules.prepare(Call(one.method, one.path, is_signed=True), 0)
    assert len(private) > 15


def test_what_the_demo_account_lacks_is_unsupported_before_anything_is_sent():
    allowed = {"balances", "positions", "order_history", "place"}
    private = {name for name, one in ENDPOINTS.items() if one.is_private}

    for name in private - allowed:
        with pytest.raises(VenueRejected, match=f"observed {name}"):
            endpoint(name, is_demo=True)
    assert {endpoint(name, is_demo=True).path for name in allowed} == {
        "/capi/v3/sim/balance",
        "/capi/v3/sim/position/allPosition",
        "/capi/v3/sim/order/history",
        "/capi/v3/sim/order",
    }


def test_demo_orders_are_placed_in_the_demo_symbol():
    sender = RecordingSender()
    rest = demo(sender)
    order = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.001"), "an-order")

    async def place():
        await rest.connect()
        await rest.place_order(order)

    asyncio.run(place())

    assert b'"symbol":"BTCSUSDT"' in sender.requests[-1].body
    assert b'"positionSide":"LONG"' in sender.requests[-1].body
    assert b'"newClientOrderId":"an-order"' in sender.requests[-1].body
