"""A described venue is asked, signed and understood as its description says."""

import asyncio
import hmac
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from alphastrike.adapters.openapi import venues
from alphastrike.adapters.openapi.adapter import OpenapiConfig, plugin
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import (
    BadCredentials,
    InsufficientMargin,
    UnknownSymbol,
    Unsupported,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueUnreachable,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedOrder
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.json_text import encode
from alphastrike.transport.wire import HttpReply

FOLDER = Path(next(iter(venues.__path__)))
NOW_MS = 1_764_505_776_347
KEY = Credentials.of({"api_key": "key", "api_secret": "secret", "passphrase": "phrase"})
ORDER = {
    "symbol": "BTCUSDT",
    "orderId": 22542179123456789,
    "clientOrderId": "one",
    "status": "PARTIALLY_FILLED",
    "avgPrice": "60000.5",
    "origQty": "0.010",
    "executedQty": "0.004",
    "newField": [1],
}
ANSWERS = {
    "/fapi/v1/time": {"serverTime": NOW_MS},
    "/fapi/v1/exchangeInfo": {
        "symbols": [
            {
                "symbol": "BTCUSDT",
                "status": "TRADING",
                "contractType": "PERPETUAL",
                "underlyingType": "COIN",
                "quoteAsset": "USDT",
                "liquidationFee": "0.0125",
                "filters": [
                    {"filterType": "PRICE_FILTER", "tickSize": "0.10"},
                    {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001"},
                    {"filterType": "MIN_NOTIONAL", "notional": "100"},
                ],
            },
            {
                "symbol": "OLDUSDT",
                "status": "SETTLING",
                "contractType": "PERPETUAL",
                "underlyingType": "COIN",
            },
            {"symbol": "BTCUSDC", "status": "TRADING", "contractType": "PERPETUAL", "underlyingType": "COIN"},
        ]
    },
    "/fapi/v1/ticker/bookTicker": {"bidPrice": "60000.1", "askPrice": "60000.2", "time": NOW_MS - 5},
    "/fapi/v2/ticker/price": {"price": "60000.15"},
    "/fapi/v1/premiumIndex": {"markPrice": "60001.0", "indexPrice": "60002.0"},
    "/fapi/v1/depth": {
        "lastUpdateId": 7,
        "E": NOW_MS,
        "bids": [["60000.1", "2"]],
        "asks": [["60000.2", "3"]],
    },
    "/fapi/v1/klines": [
        [NOW_MS // 60_000 * 60_000 - 60_000, "1", "3", "0.5", "2", "10", 0, "20", 5, "4", "8", "0"],
        [NOW_MS // 60_000 * 60_000, "2", "3", "2", "2.5", "1", 0, "2", 5, "1", "2", "0"],
    ],
    "/fapi/v3/balance": [
        {"asset": "USDT", "balance": "100.5", "availableBalance": "90", "crossUnPnl": "-1"},
        {"asset": "BNB", "balance": "0", "availableBalance": "0", "crossUnPnl": "0"},
    ],
    "/fapi/v2/positionRisk": [
        {
            "symbol": "BTCUSDT",
            "positionAmt": "-0.010",
            "entryPrice": "60000",
            "markPrice": "60100",
            "unRealizedProfit": "-1",
            "liquidationPrice": "0",
            "isolatedMargin": "0",
        }
    ],
    "/fapi/v1/order": ORDER,
    "/fapi/v1/openOrders": [ORDER, {**ORDER, "status": "HALF_BAKED", "clientOrderId": "odd"}],
    "/fapi/v1/userTrades": [
        {
            "id": 9,
            "orderId": 1,
            "symbol": "BTCUSDT",
            "side": "SELL",
            "price": "60000",
            "qty": "0.01",
            "commission": "0.3",
            "maker": True,
            "time": NOW_MS,
        }
    ],
    "/fapi/v1/leverageBracket": [
        {
            "symbol": "BTCUSDT",
            "brackets": [{"initialLeverage": 20, "notionalFloor": 0, "maintMarginRatio": 0.025}],
        }
    ],
    "/fapi/v1/leverage": {"leverage": 5},
    "/fapi/v1/allOpenOrders": {"code": 200, "msg": "done"},
}


class Venue:
    """Answers by path; `answers` may be changed, `requests` remembers."""

    def __init__(self):
        self.answers, self.statuses, self.requests = dict(ANSWERS), {}, []

    async def send(self, request, timeout_s):
        self.requests.append(request)
        path = urlsplit(request.url).path
        return HttpReply(self.statuses.get(path, 200), encode(self.answers[path]))

    async def close(self):
        """Nothing to let go of."""


class StoppedClock:
    def now_ms(self):
        return NOW_MS


def ask(work, *, file="binance_usdm", venue=None):
    """Run `await work(rest)`; returns its answer and the requests sent."""
    venue = venue or Venue()
    access = VenueAccess(
        venue, None, StoppedClock(), np.random.default_rng(1), KEY, {"rest_url": "http://venue"}
    )
    connection = plugin.open(OpenapiConfig(file=FOLDER / file / "venue.yaml"), access)

    async def run():
        await connection.connect()
        try:
            return await work(connection.rest)
        finally:
            await connection.close()

    return asyncio.run(run()), venue.requests


def test_market_data_is_read_where_the_description_says_it_is():
    async def work(rest):
        return (
            await rest.get_instruments(),
            await rest.get_ticker("BTCUSDT"),
            await rest.get_order_book("BTCUSDT", 1),
            await rest.get_candles("BTCUSDT", 60_000, 0, 2**62),
        )

    (instruments, ticker, book, candles), _ = ask(work)

    assert [one.symbol for one in instruments] == ["BTCUSDT"]
    assert instruments[0].tick_size == Decimal("0.1")
    assert instruments[0].min_notional == 100
    assert (ticker.last_price, ticker.mark_price) == (Decimal("60000.15"), Decimal("60001.0"))
    assert (book.bids, book.sequence) == (((Decimal("60000.1"), Decimal(2)),), 7)
    assert [(one.close, one.taker_buy_volume) for one in candles] == [(2.0, 4.0)]


def test_the_account_is_read_with_signed_requests():
    async def work(rest):
        return (
            await rest.get_balances(),
            await rest.get_positions(),
            await rest.get_open_orders(),
            await rest.get_fills("BTCUSDT", 0),
            await rest.get_order("BTCUSDT", "one"),
        )

    (balances, positions, orders, fills, order), requests = ask(work)

    assert [(one.asset, one.wallet) for one in balances] == [("USDT", Decimal("100.5"))]
    assert (positions[0].quantity, positions[0].liquidation_price) == (Decimal("-0.010"), None)
    assert [one.state for one in orders] == [OrderState.PARTIALLY_FILLED, OrderState.UNKNOWN]
    assert (fills[0].side, fills[0].is_maker, fills[0].fill_id) == (Side.SELL, True, "9")
    assert order.order_id == "22542179123456789"
    signed = [one for one in requests if "X-MBX-APIKEY" in one.headers]
    assert len(signed) >= 5
    for request in signed:
        query = urlsplit(request.url).query
        payload, _, signature = query.rpartition("&signature=")
        assert signature == hmac.digest(b"secret", payload.encode() + request.body, "sha256").hex()


def test_an_order_is_worded_and_sent_once():
    async def work(rest):
        order = UnifiedOrder(
            "BTCUSDT",
            Side.BUY,
            OrderType.LIMIT,
            Decimal("0.010"),
            "one",
            Decimal("60000.1"),
            time_in_force=TimeInForce.GTX,
            reduce_only=True,
        )
        return await rest.place_order(order)

    placed, requests = ask(work)

    body = dict(parse_qsl(requests[-1].body.decode()))
    assert placed.state is OrderState.PARTIALLY_FILLED
    assert body == {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTX",
        "quantity": "0.010",
        "price": "60000.1",
        "reduceOnly": "true",
        "newClientOrderId": "one",
        "newOrderRespType": "RESULT",
    }


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        ({"code": -2019, "msg": "Margin is insufficient."}, 400, InsufficientMargin),
        ({"code": -2015, "msg": "Invalid API-key"}, 401, BadCredentials),
        ({"code": -1007, "msg": "Timeout"}, 408, VenueOutcomeUnknown),
        ({"code": -9999, "msg": "new"}, 400, VenueRejected),
        ({}, 503, VenueOutcomeUnknown),
        ({"code": -1000, "msg": "Unknown error, please check your request"}, 503, VenueOutcomeUnknown),
        ({"code": -1008, "msg": "Server is currently overloaded"}, 503, VenueUnreachable),
        ({}, 404, VenueRejected),
    ],
)
def test_a_refused_order_is_of_its_kind(answer, status, kind):
    async def work(rest):
        order = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.010"), "one")
        with pytest.raises(kind) as refused:
            await rest.place_order(order)
        return refused.value

    venue = Venue()
    venue.answers["/fapi/v1/order"], venue.statuses["/fapi/v1/order"] = answer, status
    fault, requests = ask(work, venue=venue)

    assert sum("/fapi/v1/order" in one.url for one in requests) == 1
    assert getattr(fault, "client_order_id", "one") == "one"


def test_what_holds_already_is_done_and_what_is_gone_is_no_error():
    async def work(rest):
        done = await rest.set_margin_mode("BTCUSDT", MarginMode.CROSS), await rest.set_leverage("BTCUSDT", 5)
        await rest.cancel_all("BTCUSDT")
        return done, await rest.get_order("BTCUSDT", "gone")

    venue = Venue()
    venue.answers["/fapi/v1/marginType"] = {"code": -4046, "msg": "No need to change margin type."}
    venue.answers["/fapi/v1/order"] = {"code": -2013, "msg": "Order does not exist."}
    (done, gone), _ = ask(work, venue=venue)

    assert done == (True, True)
    assert gone is None


def test_what_is_not_described_is_unsupported_and_what_is_not_listed_unknown():
    async def work(rest):
        stop = UnifiedOrder(
            "BTCUSDT", Side.BUY, OrderType.STOP_MARKET, Decimal("0.010"), "one", trigger_price=Decimal(70_000)
        )
        with pytest.raises(Unsupported):
            await rest.place_order(stop)
        with pytest.raises(Unsupported):
            await rest.set_dead_man_switch("BTCUSDT", 1)
        with pytest.raises(UnknownSymbol, match="NOSUCHUSDT"):
            await rest.get_ticker("NOSUCHUSDT")
        with pytest.raises(VenueRejected, match="7"):
            await rest.get_candles("BTCUSDT", 7, 0, 1)
        await rest.close()
        with pytest.raises(VenueUnreachable):
            await rest.get_balances()

    ask(work)


def test_a_json_body_is_signed_as_it_is_sent():
    venue = Venue()
    venue.answers |= {
        "/capi/v2/market/time": {"timestamp": NOW_MS},
        "/capi/v2/market/contracts": [
            {
                "symbol": "cmt_btcusdt",
                "quote_currency": "USDT",
                "tick_size": "0.1",
                "size_increment": "0.001",
                "minOrderSize": "0.001",
                "makerFeeRate": "0.0002",
                "takerFeeRate": "0.0006",
                "maxLeverage": 125,
            }
        ],
        "/capi/v2/order/placeOrder": {"order_id": "77", "client_oid": "one"},
        "/capi/v2/account/position/allPosition": [
            {
                "symbol": "cmt_btcusdt",
                "side": "SHORT",
                "size": "0.5",
                "open_value": "30000",
                "unrealizePnl": "0",
            }
        ],
    }

    async def work(rest):
        order = UnifiedOrder(
            "BTCUSDT", Side.SELL, OrderType.MARKET, Decimal("0.010"), "one", reduce_only=True
        )
        return await rest.place_order(order), await rest.get_positions("BTCUSDT")

    (placed, positions), requests = ask(work, file="weex_v2", venue=venue)

    sent = next(one for one in requests if one.url.endswith("placeOrder"))
    import base64

    payload = f"{NOW_MS}POST/capi/v2/order/placeOrder".encode() + sent.body
    assert sent.headers["ACCESS-SIGN"] == base64.b64encode(hmac.digest(b"secret", payload, "sha256")).decode()
    assert b'"type":"3"' in sent.body
    assert b'"match_price":"1"' in sent.body
    assert placed.order_id == "77"
    assert (positions[0].quantity, positions[0].entry_price) == (Decimal("-0.5"), 60_000)
