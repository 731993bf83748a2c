"""The adapter's streams over WEEX's own wire, and what they do when a message is missing."""

import asyncio
from decimal import Decimal
from itertools import pairwise

from alphastrike.domain.orders import OrderState, Side
from alphastrike.domain.streams import StreamState
from alphastrike.simulator.host import Calm
from tests.practice_weex import MINUTE_MS, an_order, trade


def test_streams_bring_books_trades_candles_and_the_account():
    async def work(connection, wire):
        streams = connection.websocket
        books, trades = streams.order_books(["BTCUSDT"]), streams.trades(["BTCUSDT", "ETHUSDT"])
        candles = streams.candles(["BTCUSDT"], MINUTE_MS)
        fills, orders, news = streams.fills(), streams.orders(), streams.account_news()
        changes = streams.stream_changes()
        await asyncio.sleep(5)
        await connection.rest.place_order(an_order())
        await connection.rest.place_order(an_order("flip", Side.SELL, quantity="0.030"))
        seen = []
        while sum(candle.is_closed for candle in seen) < 3:
            seen.append(await anext(candles))
        book = await anext(books)
        state = streams.book_state("BTCUSDT")
        first_trade = await anext(trades)
        await connection.close()
        told = [one async for one in fills], [one async for one in orders], [one async for one in news]
        states = [one.state async for one in changes if one.topic == "book:BTCUSDT"]
        return seen, book, state, first_trade, told, states, wire

    seen, book, state, first_trade, (fills, orders, news), states, wire = trade(work)

    closed = [candle for candle in seen if candle.is_closed]
    assert [later.open_time_ms - earlier.open_time_ms for earlier, later in pairwise(closed)] == [
        MINUTE_MS
    ] * 2
    truth = {one.open_time_ms: one for one in wire.exchange.candles("BTCUSDT", MINUTE_MS, 0, 2**62)}
    assert all(candle == truth[candle.open_time_ms] for candle in closed)
    assert book.bids[0][0] < book.asks[0][0]
    assert state is StreamState.LIVE
    assert states[:2] == [StreamState.CONNECTING, StreamState.SUBSCRIBED]
    assert first_trade.symbol in {"BTCUSDT", "ETHUSDT"}
    assert [(fill.client_order_id, fill.quantity) for fill in fills] == [
        ("one", Decimal("0.010")),
        ("flip", Decimal("0.010")),
        ("flip", Decimal("0.020")),
    ]
    # An order through zero is two at the venue, and one here: its last news tell the whole of it.
    assert (orders[-1].state, orders[-1].filled_quantity) == (OrderState.FILLED, Decimal("0.030"))
    flips = [order.filled_quantity for order in orders if order.client_order_id == "flip"]
    assert flips == sorted(flips)
    assert {order.client_order_id for order in orders} == {"one", "flip"}
    assert news[-1].positions[0].quantity == Decimal("-0.020")


def test_a_missing_change_spoils_the_book_at_once_and_a_new_snapshot_heals_it():
    async def work(connection, wire):
        streams = connection.websocket
        books, changes = streams.order_books(["BTCUSDT"]), streams.stream_changes()
        await anext(books)
        wire.host.interference = DroppingOneBookFrame()
        await asyncio.sleep(60)
        healed = streams.book_state("BTCUSDT")
        await connection.close()
        return healed, [(one.state, one.why) async for one in changes]

    healed, states = trade(work)

    stale = [why for state, why in states if state is StreamState.STALE]
    assert any("gap" in why for why in stale)
    assert healed is StreamState.LIVE


def test_a_snapshot_that_never_came_is_asked_for_again():
    async def work(connection, wire):
        wire.host.interference = DroppingOneBookFrame()  # the first is the snapshot
        books = connection.websocket.order_books(["BTCUSDT"])
        changes = connection.websocket.stream_changes()
        await anext(books)
        state = connection.websocket.book_state("BTCUSDT")
        await connection.close()
        return state, [one.why async for one in changes]

    state, reasons = trade(work)

    assert state is StreamState.LIVE
    assert any("allowed a snapshot" in why for why in reasons)


class DroppingOneBookFrame(Calm):
    def __init__(self):
        self.dropped = 0

    def frames(self, line, frames):
        kept = []
        for frame in frames:
            if frame.topic.startswith("book:") and not self.dropped:
                self.dropped += 1
            else:
                kept.append(frame.text)
        return kept


def test_pings_are_answered_so_that_the_socket_lives_on():
    async def work(connection, wire):
        orders = connection.websocket.orders()
        books = connection.websocket.order_books(["BTCUSDT"])
        await anext(books)
        before = list(wire.host.lines)
        await asyncio.sleep(600)
        return before == wire.host.lines, orders

    alive, _ = trade(work, step_ms=10_000)

    assert alive
