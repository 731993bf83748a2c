"""Recorded connections, message by message as they came: nothing is lost in a mapper, no book breaks."""

import gzip
import json
from decimal import Decimal
from itertools import islice

import pytest

from alphastrike.adapters.binance import stream_mappers as streamed
from alphastrike.adapters.binance.depth_frames import depth_of
from alphastrike.adapters.binance.mappers import to_instruments
from alphastrike.transport.order_book import Applied, SequencedBook, levels_of

pytestmark = pytest.mark.shared_data
MINUTE_MS = 60_000


def _texts(path, mark):
    with gzip.open(path, "rt") as lines:
        for line in lines:
            before, found, text = line.partition(mark)
            if found and text.startswith("{") and not before.startswith("configuration"):
                yield text


@pytest.fixture(scope="module")
def four_symbols(shared_data):
    """Half a minute of four symbols: (answers of REST, events of the stream)."""
    folder = shared_data / "wire" / "binance_usdm_cryptofeed"
    answers = []
    with gzip.open(folder / "BINANCE_FUTURES.http.0.0.txt.gz", "rt") as lines:
        for line in lines:
            address, _, rest = line.partition(" -> ")
            if "/depth?" in address:
                symbol = address.partition("symbol=")[2].partition("&")[0]
                answers.append((symbol, json.loads(rest.partition(": ")[2])))
    events = [json.loads(text)["data"] for text in _texts(folder / "BINANCE_FUTURES.ws.1.0.txt.gz", ": ")]
    return answers, events


@pytest.fixture(scope="module")
def one_symbol(shared_data):
    """The first minute and a half of one symbol: events of the stream."""
    path = shared_data / "wire" / "binance_usdm_ws" / "hftbacktest_btcusdt_20240808.gz"
    messages = (json.loads(text) for text in islice(_texts(path, " "), 20_000))
    return [message["data"] for message in messages if "data" in message]


def test_quotes_trades_and_candles_say_what_the_wire_said(four_symbols, one_symbol):
    seen = {"bookTicker": 0, "aggTrade": 0, "kline": 0}

    for event in (*four_symbols[1], *one_symbol):
        kind = event["e"]
        if kind == "bookTicker":
            ticker = streamed.to_streamed_ticker(event)
            said = (ticker.symbol, str(ticker.best_bid), str(ticker.best_ask), ticker.event_time_ms)
            assert said == (event["s"], event["b"], event["a"], event["T"])
        elif kind == "aggTrade":
            trade = streamed.to_trade(event)
            said = (trade.symbol, str(trade.price), str(trade.quantity), trade.trade_id, trade.is_buyer_maker)
            assert said == (event["s"], event["p"], event["q"], str(event["a"]), event["m"])
            assert trade.event_time_ms == event["T"]
        elif kind == "kline":
            bar, candle = event["k"], streamed.to_streamed_candle(event, MINUTE_MS)
            said = (
                candle.open,
                candle.high,
                candle.low,
                candle.close,
                candle.volume,
                candle.taker_buy_volume,
            )
            assert said == tuple(float(bar[name]) for name in "ohlcvV")
            assert (candle.open_time_ms, candle.close_time_ms, candle.is_closed) == (
                bar["t"],
                bar["T"],
                bar["x"],
            )
        if kind in seen:
            seen[kind] += 1

    assert min(seen.values()) > 50


def test_every_change_of_a_book_says_what_the_wire_said(four_symbols, one_symbol):
    changes = [event for event in (*four_symbols[1], *one_symbol) if event["e"] == "depthUpdate"]

    for event in changes:
        delta = depth_of(json.dumps(event))
        ids = (delta.symbol, delta.first_id, delta.final_id, delta.previous_id, delta.event_time_ms)
        assert ids == (event["s"], event["U"], event["u"], event["pu"], event["E"])
        for levels, native in ((delta.bids, event["b"]), (delta.asks, event["a"])):
            assert [(Decimal(repr(price)), Decimal(repr(size))) for price, size in levels] == [
                (Decimal(price), Decimal(size)) for price, size in native
            ]

    assert len(changes) > 1_500


def test_the_recorded_books_follow_their_snapshots_without_a_gap(four_symbols):
    answers, events = four_symbols
    books = {}
    for symbol, answer in answers:
        books[symbol] = SequencedBook(symbol)
        books[symbol].load(
            answer["lastUpdateId"], levels_of(answer["bids"]), levels_of(answer["asks"]), answer["E"]
        )
    outcomes = {symbol: [] for symbol in books}

    for event in events:
        if event["e"] == "depthUpdate" and event["s"] in books:
            outcomes[event["s"]].append(books[event["s"]].apply(depth_of(json.dumps(event))))

    assert len(books) == 4
    for symbol, found in outcomes.items():
        assert set(found) <= {Applied.OLD, Applied.APPLIED}, symbol
        assert found.count(Applied.APPLIED) > 50
        assert books[symbol].is_usable


def test_a_recorded_listing_is_understood_and_what_is_no_perpetual_left_out(shared_data):
    path = shared_data / "wire" / "binance_usdm_cryptofeed" / "BINANCE_FUTURES.0.txt.gz"
    info = json.loads(next(_texts(path, ": ")))

    found = {instrument.native_symbol: instrument for instrument in to_instruments(info)}

    rows = {row["symbol"]: row for row in info["symbols"]}
    assert len(found) > 80
    for symbol, instrument in found.items():
        filters = {each["filterType"]: each for each in rows[symbol]["filters"]}
        assert rows[symbol]["contractType"] == "PERPETUAL"
        assert instrument.tick_size == Decimal(filters["PRICE_FILTER"]["tickSize"])
        assert instrument.quantity_step == Decimal(filters["LOT_SIZE"]["stepSize"])
        assert instrument.min_notional == Decimal(filters["MIN_NOTIONAL"]["notional"])
