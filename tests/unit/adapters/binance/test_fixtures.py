"""Every fixture of Binance's wire is understood, and what is new in it never crashes a stream."""

import gzip
import json
from decimal import Decimal

import pytest

from alphastrike.adapters.binance import account_mappers as account
from alphastrike.adapters.binance import mappers as market
from alphastrike.adapters.binance import stream_mappers as streamed
from alphastrike.adapters.binance import user_mappers as user
from alphastrike.adapters.binance.depth_frames import depth_of
from alphastrike.adapters.binance.faults import fault_of
from alphastrike.adapters.binance.user_stream import UserScript
from alphastrike.domain.errors import VenueOutcomeUnknown
from alphastrike.domain.orders import OrderState

MINUTE_MS = 60_000
STREAMED = {
    "aggTrade": streamed.to_trade,
    "depthUpdate": lambda event: depth_of(json.dumps(event)),
    "bookTicker": streamed.to_streamed_ticker,
    "kline": lambda event: streamed.to_streamed_candle(event, MINUTE_MS),
    "ORDER_TRADE_UPDATE": user.to_streamed_order,
    "ALGO_UPDATE": user.to_streamed_algo_order,
    "ACCOUNT_UPDATE": user.to_account_news,
}
ANSWERED = {
    "/fapi/v1/order": account.to_order,
    "/fapi/v1/openOrder": account.to_order,
    "/fapi/v1/openOrders": account.to_order,
    "/fapi/v1/allOrders": account.to_order,
    "/fapi/v1/openAlgoOrders": account.to_algo_order,
    "/fapi/v1/allAlgoOrders": account.to_algo_order,
    "/fapi/v1/userTrades": account.to_fill,
    "/fapi/v2/positionRisk": account.to_position,
    "/fapi/v3/balance": account.to_balance,
    "/fapi/v1/klines": lambda row: market.to_candle("BTCUSDT", MINUTE_MS, row),
    "/fapi/v1/depth": lambda answer: market.to_book("BTCUSDT", answer, 20),
    "/fapi/v1/exchangeInfo": market.to_instruments,
    "/fapi/v1/fundingRate": lambda row: market.to_funding_rates("BTCUSDT", [row]),
    "/fapi/v1/leverageBracket": lambda row: market.to_margin_tiers(row["brackets"]),
}


@pytest.fixture(scope="module")
def fixtures(shared_data):
    folder = shared_data / "wire" / "binance_usdm_fixtures"
    return {path.stem: json.loads(gzip.decompress(path.read_bytes())) for path in folder.glob("*.gz")}


def _events(fixtures):
    for name, event in fixtures["nautilus_binance.json"].items():
        if isinstance(event, dict) and "e" in event and "spot" not in name:
            yield name, event


def _answers(fixtures):
    for name, text in fixtures["binance_net.json"].items():
        if not name.startswith("Endpoints/UsdFutures"):
            continue
        _, path, _, body = text.replace("\r", "").split("\n", 3)
        try:
            yield path, json.loads(body)
        except ValueError:
            continue  # trimmed by hand beyond JSON


def test_every_streamed_event_we_know_is_understood(fixtures):
    seen = set()

    for name, event in _events(fixtures):
        if event["e"] in STREAMED and "delivery" not in name:
            STREAMED[event["e"]](event)
            seen.add(event["e"])

    assert seen == set(STREAMED)


def test_every_answer_we_ask_for_is_understood(fixtures):
    seen = set()

    for path, body in _answers(fixtures):
        if path in ANSWERED:
            single = path in {"/fapi/v1/depth", "/fapi/v1/exchangeInfo"}
            for row in [body] if single or isinstance(body, dict) else body:
                ANSWERED[path](row)
            seen.add(path)

    assert len(seen) >= 12, sorted(set(ANSWERED) - seen)


async def test_unknown_fields_and_values_never_end_a_stream(fixtures):
    script = UserScript("wss://venue.test", lambda method: None)
    orders = script.orders.reader()

    for number, (name, event) in enumerate(_events(fixtures)):
        if "user_data" not in name or "delivery" in name:
            continue
        odd = {**event, "unheard": {"of": [1]}, "T": number}
        if event["e"] == "ORDER_TRADE_UPDATE":
            odd["o"] = {**event["o"], "X": "SOMETHING_NEW", "x": "SOMETHING_NEW", "more": None}
        script.take(json.dumps(odd))
    script.end()

    states = {order.state for order in [each async for each in orders]}
    assert OrderState.UNKNOWN in states


def test_a_liquidation_fill_is_known_by_its_client_id(fixtures):
    event = dict(_events(fixtures))["futures/user_data_json/order_update_trade.json"]
    forced = {**event, "o": {**event["o"], "c": "autoclose-1", "l": "0.5"}}

    fill = user.to_streamed_fill(forced)

    assert fill.is_liquidation
    assert fill.quantity == Decimal("0.5")


@pytest.mark.parametrize(
    ("status", "body", "is_unknown"),
    [
        (503, {"code": -1000, "msg": "Unknown error, please check your request"}, True),
        (503, {"code": -1000, "msg": "Service Unavailable."}, False),
        (503, {"code": -1008, "msg": "Server is currently overloaded"}, False),
        (408, {"code": -1007, "msg": "Timeout waiting for response from backend server."}, True),
        (502, None, True),
        (400, {"code": -2019, "msg": "Margin is insufficient."}, False),
    ],
)
def test_which_replies_leave_an_order_in_doubt(status, body, is_unknown):
    fault = fault_of(status, body, "/fapi/v1/order", "a1")

    assert isinstance(fault, VenueOutcomeUnknown) is is_unknown
