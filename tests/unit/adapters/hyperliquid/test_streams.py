"""Streams survive what a venue does to them: cuts, silence, repeats, odd and broken frames."""

import asyncio
import json
from decimal import Decimal

import pytest

from alphastrike.domain.errors import VenueRejected, VenueUnreachable
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.domain.streams import StreamState
from alphastrike.simulator.host import Calm
from tests.practice_hyperliquid import in_practice

MINUTE_MS = 60_000


class Mangled(Calm):
    """Frames pass through `change`; None drops one."""

    def __init__(self, change):
        self.change = change

    def frames(self, line, frames):
        changed = (self.change(frame) for frame in frames)
        return [text for text in changed if text is not None]


def an_order(client_id="a", side=Side.BUY):
    return UnifiedOrder("BTCUSDT", side, OrderType.MARKET, Decimal("0.01"), client_id)


def connected(work, **host):
    async def run(world):
        connection = world.connection()
        await connection.connect()
        try:
            return await work(connection.rest, connection.websocket, world)
        finally:
            await connection.close()

    return in_practice(run, **host)


def cut(world):
    for line in tuple(world.host.lines):
        world.host.drop(line)


async def until(condition, seconds=120):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 simulated time jumps
            await asyncio.sleep(0.1)


def test_candles_arrive_closed_once_in_order_and_equal_to_those_asked_for():
    async def work(rest, websocket, world):
        stream = websocket.candles(["BTCUSDT", "ETHUSDT"], MINUTE_MS)
        since = await rest.get_server_time_ms()
        told = []
        while sum(candle.symbol == "BTCUSDT" and candle.is_closed for candle in told) < 4:
            if len(told) == 40:
                cut(world)
            told.append(await anext(stream))
        asked = await rest.get_candles("BTCUSDT", MINUTE_MS, since - MINUTE_MS, 2**62)
        return told, list(asked)

    told, asked = connected(work)

    closed = [candle for candle in told if candle.symbol == "BTCUSDT" and candle.is_closed]
    assert closed == asked[-4:]
    assert any(not candle.is_closed for candle in told)
    assert {candle.symbol for candle in told} == {"BTCUSDT", "ETHUSDT"}


def test_fills_of_a_lost_connection_are_told_when_it_comes_back_and_none_twice():
    async def work(rest, websocket, world):
        fills = websocket.fills()
        await rest.place_order(an_order("before"))
        first = await anext(fills)
        cut(world)
        world.account.place(an_order("0x" + "ef" * 16))
        await rest.place_order(an_order("while-away", Side.SELL))
        missed = [await asyncio.wait_for(anext(fills), 60) for _ in range(2)]
        await rest.place_order(an_order("after", Side.SELL))
        last = await asyncio.wait_for(anext(fills), 60)
        return [fill.client_order_id for fill in (first, *missed, last)]

    assert connected(work) == ["before", "0x" + "ef" * 16, "while-away", "after"]


def test_fills_from_before_the_first_connection_are_no_news():
    async def run(world):
        world.account.place(an_order("old"))
        connection = world.connection()
        await connection.connect()
        fills = connection.websocket.fills()
        await connection.rest.place_order(an_order("new"))
        told = await anext(fills)
        await connection.close()
        return told.client_order_id, [fill async for fill in fills]

    assert in_practice(run) == ("new", [])


def test_books_tickers_and_trades_follow_the_market_and_name_their_state():
    async def work(_rest, websocket, world):
        books = websocket.order_books(["BTCUSDT", "SOLUSDT"])
        tickers, trades = websocket.tickers(["ETHUSDT"]), websocket.trades(["ETHUSDT"])
        before = websocket.book_state("BTCUSDT")
        seen = [await anext(books) for _ in range(6)]
        ticker = await anext(tickers)
        prints = [await anext(trades) for _ in range(20)]
        return before, websocket.book_state("BTCUSDT"), seen, ticker, prints, world.exchange

    before, after, seen, ticker, prints, _ = connected(work)

    assert (before, after) == (StreamState.CLOSED, StreamState.LIVE)
    assert {book.symbol for book in seen} == {"BTCUSDT", "SOLUSDT"}
    assert all(book.bids[0][0] < book.asks[0][0] and len(book.bids) <= 20 for book in seen)
    assert ticker.best_bid < ticker.last_price < ticker.best_ask
    assert len({trade.trade_id for trade in prints}) == 20


def test_a_silent_book_is_stale_until_it_speaks_again():
    async def work(_rest, websocket, world):
        books, changes = websocket.order_books(["BTCUSDT"]), websocket.stream_changes()
        await anext(books)
        world.host.interference = Mangled(lambda f: None if f.topic.startswith("book") else f.text)
        await until(lambda: websocket.book_state("BTCUSDT") is StreamState.STALE)
        world.host.interference = Calm()
        await until(lambda: websocket.book_state("BTCUSDT") is StreamState.LIVE)
        told = []
        while not told or told[-1] is not StreamState.LIVE or StreamState.STALE not in told:
            change = await anext(changes)
            told += [change.state] if change.topic == "book:BTCUSDT" else []
        return told

    assert connected(work)[-4:] == [
        StreamState.STALE,
        StreamState.CONNECTING,
        StreamState.SUBSCRIBED,
        StreamState.LIVE,
    ]


def test_a_half_open_connection_is_noticed_by_its_missing_pongs():
    async def work(rest, websocket, world):
        fills = websocket.fills()
        for line in world.host.lines:
            line.is_deaf = True
        await rest.place_order(an_order("deaf"))
        return (await asyncio.wait_for(anext(fills), 300)).client_order_id

    assert connected(work) == "deaf"


def test_an_unknown_status_and_unknown_fields_pass_as_unknown():
    def odd(frame):
        return frame.text.replace('"status":"open"', '"status":"frobnicated","extra":{"x":[1]}')

    async def work(rest, websocket, world):
        orders = websocket.orders()
        world.host.interference = Mangled(odd)
        await rest.place_order(an_order())
        return [(await anext(orders)).state for _ in range(2)]

    assert connected(work) == [OrderState.UNKNOWN, OrderState.FILLED]


@pytest.mark.parametrize(
    "broken", ['{"channel":"userFills","data":', "<html>502</html>", '{"channel":"userFills","data":{}}']
)
def test_a_broken_frame_costs_the_connection_and_no_fill(broken):
    async def work(rest, websocket, world):
        fills, hurt = websocket.fills(), []

        def breaks(frame):
            if '"channel":"userFills"' in frame.text and not hurt:
                hurt.append(frame.text)
                return broken
            return frame.text

        world.host.interference = Mangled(breaks)
        await rest.place_order(an_order("hurt"))
        told = await asyncio.wait_for(anext(fills), 60)
        return told.client_order_id, len(hurt)

    assert connected(work) == ("hurt", 1)


def test_frames_nobody_asked_for_are_ignored():
    async def work(rest, websocket, world):
        fills = websocket.fills()
        for text in ("[1,2]", '{"channel":"novelty","data":{"coin":7}}', '{"channel":"trades","data":[]}'):
            for line in world.host.lines:
                line.say(text)
        await rest.place_order(an_order())
        return (await anext(fills)).client_order_id

    assert connected(work) == "a"


def test_what_the_venue_lacks_is_refused_and_a_closed_stream_ends():
    async def work(rest, websocket, _world):
        with pytest.raises(VenueRejected, match="NOSUCHUSDT"):
            websocket.candles(["NOSUCHUSDT"], MINUTE_MS)
        with pytest.raises(VenueRejected, match="7"):
            websocket.candles(["BTCUSDT"], 7)
        fills, candles = websocket.fills(), websocket.candles(["BTCUSDT"], MINUTE_MS)
        await websocket.close()
        left = [item async for item in fills], [item async for item in candles]
        with pytest.raises(VenueUnreachable):
            websocket.fills()
        await websocket.connect()
        again = websocket.fills()
        await rest.place_order(an_order())
        return left, (await anext(again)).client_order_id

    assert connected(work) == (([], []), "a")


def test_account_news_name_what_changed_and_what_was_closed():
    async def work(rest, websocket, _world):
        news = websocket.account_news()
        await rest.place_order(an_order("in"))
        opened = await anext(news)
        await rest.place_order(an_order("out", Side.SELL))
        return opened, await anext(news)

    opened, closed = connected(work)

    assert [(held.symbol, held.quantity) for held in opened.positions] == [("BTCUSDT", Decimal("0.01"))]
    assert [(held.symbol, held.quantity) for held in closed.positions] == [("BTCUSDT", 0)]


def test_the_venue_hangs_up_on_a_client_that_never_pings():
    async def work(_rest, _websocket, world):
        socket = await world.connection().websocket._around.connector.connect("ws://venue/ws", {})
        greeting = await socket.receive()
        await socket.send("no json")
        refused = json.loads(await socket.receive())
        await socket.send(
            json.dumps({"method": "subscribe", "subscription": {"type": "l2Book", "coin": "NO"}})
        )
        unknown = json.loads(await socket.receive())
        lines = len(world.host.lines)
        await asyncio.sleep(90)
        return greeting, refused["channel"], unknown["data"], lines - len(world.host.lines)

    greeting, refused, unknown, closed = connected(work)

    assert greeting == "Websocket connection established."
    assert refused == "error"
    assert unknown.startswith("Invalid subscription")
    assert closed == 1
