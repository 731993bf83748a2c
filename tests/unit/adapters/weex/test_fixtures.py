"""Every recorded message of the venue is read, and what is written of it reads the same."""

import gzip
import json

import pytest

from alphastrike.adapters.weex import dialect_market_words as market_words
from alphastrike.adapters.weex import dialect_words as words
from alphastrike.adapters.weex.mappers import (
    to_candle,
    to_funding_rate,
    to_instrument,
    to_order_book,
    to_ticker,
    to_trade,
)
from alphastrike.adapters.weex.mappers_account import (
    to_balance,
    to_conditional_result,
    to_fill,
    to_order_result,
    to_position,
)
from alphastrike.domain.orders import OrderState

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def bundle(shared_data):
    with gzip.open(shared_data / "wire/weex_fixtures/weex_net.json.gz") as file:
        return {name: text for name, text in json.load(file).items() if "Futures" in name}


def rest(bundle, name):
    found = next(text for key, text in bundle.items() if key.endswith(f"/{name}.txt"))
    return json.loads(found.split("\n", 3)[3])


def frame(bundle, name):
    found = next(text for key, text in bundle.items() if key.endswith(f"Futures/{name}.txt"))
    return json.loads(found.partition("\n= \n")[2])


def test_every_fixture_of_the_contract_interface_is_one_that_is_read_or_known_to_be_unused(bundle):
    read = set(READ) | {"Order", "UserTrade", "Position", "Account", "Kline", "Trades", "OrderBook", "Ticker"}
    unused = {
        "AdjustIsolatedMargin", "GetAccountBills", "GetAccountConfig", "GetTradingFees",
        "SetAutoAppendMargin", "SetLeverage", "SetMarginMode", "GetIndexPriceKlines",
        "GetMarkPriceKlines", "GetOpenInterest", "GetPrice", "GetTradingSymbols", "GetSymbolConfig",
        "ClosePositions", "EditTpSlOrder", "PlaceTpSlOrder", "CancelAllConditionalOrders",
        "CancelConditionalOrder", "CancelOrder", "PlaceOrder", "PlaceConditionalOrder",
        "CancelAllOrders", "CancelOrders", "GetServerTime",
    }  # fmt: skip
    names = {name.rpartition("/")[2].removesuffix(".txt") for name in bundle}

    assert names - read - unused == set()


def _instruments(answer):
    return [
        (to_instrument(row), to_instrument(market_words.instrument_row(to_instrument(row))))
        for row in answer["symbols"]
    ]


def _candles(answer):
    found = [to_candle("BTCUSDT", 60_000, row, 2**62) for row in answer]
    return [(one, to_candle("BTCUSDT", 60_000, market_words.candle_row(one), 2**62)) for one in found]


def _balances(answer):
    found = [to_balance(row) for row in answer]
    return [(one, to_balance(words.balance_row(one, is_demo=False))) for one in found]


def _positions(answer):
    found = [to_position(row) for row in answer]
    return [(one, to_position(words.position_row(one, 0))) for one in found]


READ = {
    "GetExchangeInfo": _instruments,
    "GetKlines": _candles,
    "GetKlineHistory": _candles,
    "GetBalances": _balances,
    "GetPositions": _positions,
    "GetPosition": _positions,
    "GetOrder": None,
    "GetOpenOrders": None,
    "GetOrderHistory": None,
    "GetOpenConditionalOrders": None,
    "GetConditionalOrderHistory": None,
    "GetUserTrades": None,
    "GetTrades": None,
    "GetOrderBook": None,
    "GetBookTicker": None,
    "GetTickers": None,
    "GetFundingRate": None,
    "GetFundingRateHistory": None,
}


@pytest.mark.parametrize("name", [name for name, pairs in READ.items() if pairs])
def test_what_is_written_reads_as_what_was_read(bundle, name):
    pairs = READ[name](rest(bundle, name))

    assert pairs
    for read, read_again in pairs:
        assert read == read_again


@pytest.mark.parametrize("name", ["GetOrder", "GetOpenOrders", "GetOrderHistory"])
def test_orders_keep_their_number_beyond_2_to_the_53(bundle, name):
    answer = rest(bundle, name)
    row = answer[0] if isinstance(answer, list) else answer

    result = to_order_result(row)

    assert result.order_id == "702345678901234567"
    assert result.state is OrderState.FILLED
    assert str(result.filled_quantity) == row["executedQty"]
    assert str(result.average_price) == row["avgPrice"]


def test_conditional_orders_are_read(bundle):
    waiting = to_conditional_result(rest(bundle, "GetOpenConditionalOrders")[0])
    fired = to_conditional_result(rest(bundle, "GetConditionalOrderHistory")["orders"][0])

    assert waiting.client_order_id == fired.client_order_id == "algo-20240201-1"
    assert waiting.state is fired.state is OrderState.WORKING


def test_fills_are_read_from_both_sides_of_the_interface(bundle):
    asked = to_fill(rest(bundle, "GetUserTrades")[0], "mine")
    streamed = to_fill(frame(bundle, "UserTrade")["d"][0], "mine")

    assert (asked.price, asked.fee) == (69000, asked.fee)
    assert str(streamed.price) == "103812.7"
    assert str(streamed.fee) == "6.228762"
    assert not streamed.is_maker
    assert asked.fill_id == "801234567890123456"


def test_streamed_orders_and_positions_are_read(bundle):
    order = to_order_result(frame(bundle, "Order")["d"][0])
    position = to_position(frame(bundle, "Position")["d"][0])

    assert (order.client_order_id, order.state) == ("1747203186927FPIZRP", OrderState.PENDING)
    assert str(position.entry_price) == "99240.5443"


def test_market_data_is_read(bundle):
    ticker = to_ticker(rest(bundle, "GetTickers")[0], rest(bundle, "GetBookTicker")[0])
    book = to_order_book("BTCUSDT", rest(bundle, "GetOrderBook"), 0, 1)
    trade = to_trade("BTCUSDT", rest(bundle, "GetTrades")[0])
    streamed = [to_trade("ETHUSDT", row) for row in frame(bundle, "Trades")["d"]]
    cycle = rest(bundle, "GetFundingRate")[0]["collectCycle"]
    rate = to_funding_rate(rest(bundle, "GetFundingRateHistory")[0], cycle)
    candle = to_candle("ETHUSDT", 86_400_000, frame(bundle, "Kline")["d"][0], 0)

    assert (str(ticker.last_price), str(ticker.best_bid), str(ticker.mark_price)) == (
        "69350.5",
        "69350.1",
        "69348.7",
    )
    assert len(book.bids) == 1
    assert book.bids[0][0] < book.asks[0][0]
    assert not trade.is_buyer_maker
    assert len({one.trade_id for one in streamed}) == 3
    assert rate.interval_ms == 8 * 3_600_000
    assert candle.taker_buy_volume == 207793.594


def test_every_object_of_every_fixture_can_grow_fields_and_words_without_harm(bundle):
    order = {**rest(bundle, "GetOrder"), "status": "HALF_BAKED", "fresh": {"a": [1]}}
    conditional = {**rest(bundle, "GetOpenConditionalOrders")[0], "algoStatus": "DREAMING"}

    assert to_order_result(order).state is OrderState.UNKNOWN
    assert to_conditional_result(conditional).state is OrderState.UNKNOWN
