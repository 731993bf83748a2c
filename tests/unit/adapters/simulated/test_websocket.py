"""Streams from the simulated venue: waiting, falling behind, and being forgotten."""

import asyncio
import gc
from decimal import Decimal

import pytest

from alphastrike.adapters.simulated.adapter import plugin
from alphastrike.adapters.simulated.websocket import SimulatedWebSocket
from alphastrike.domain.errors import VenueUnreachable
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder

BTC, ETH = "BTCUSDT", "ETHUSDT"


def a_market_order(client_order_id, side=Side.BUY):
    return UnifiedOrder(BTC, side, OrderType.MARKET, Decimal(1), client_order_id)


def a_resting_order(client_order_id):
    return UnifiedOrder(BTC, Side.BUY, OrderType.LIMIT, Decimal(1), client_order_id, price=Decimal(60))


@pytest.fixture
async def venue():
    return await plugin.contract_venue()


async def a_reader(venue, most_unread):
    websocket = SimulatedWebSocket(venue.exchange, most_unread=most_unread)
    await websocket.connect()
    return websocket


async def test_a_reader_waits_until_the_venue_moves(venue):
    stream = venue.websocket.candles([BTC], venue.interval_ms)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)

    assert not waiting.done()
    await venue.advance()

    assert (await waiting).symbol == BTC


async def test_a_reader_that_waits_is_released_by_closing(venue):
    stream = venue.websocket.fills()

    async def read():
        return [fill async for fill in stream]

    waiting = asyncio.ensure_future(read())
    await asyncio.sleep(0)
    await venue.websocket.close()

    assert await waiting == []


async def test_what_happened_before_the_close_is_still_delivered(venue):
    stream = venue.websocket.fills()
    await venue.rest.place_order(a_market_order("one"))
    await venue.advance()

    await venue.websocket.close()
    left = [fill.client_order_id async for fill in stream]

    assert left == ["one"]


async def test_with_fills_left_unread_the_venue_stands_still_and_loses_none(venue):
    websocket = await a_reader(venue, most_unread=1)
    fills = websocket.fills()
    await venue.rest.place_order(a_market_order("one"))
    await venue.rest.place_order(a_market_order("two"))
    await venue.advance()
    before = venue.exchange.now_ms, await venue.rest.get_balances(), await venue.rest.get_open_orders()

    with pytest.raises(VenueUnreachable, match="not being read, so nothing was done"):
        await venue.advance()
    with pytest.raises(VenueUnreachable, match="not being read, so nothing was done"):
        await venue.rest.place_order(a_market_order("three"))

    assert before == (
        venue.exchange.now_ms,
        await venue.rest.get_balances(),
        await venue.rest.get_open_orders(),
    )
    assert await venue.rest.get_order(BTC, "three") is None
    assert [(await anext(fills)).client_order_id for _ in range(2)] == ["one", "two"]
    await venue.rest.place_order(a_market_order("three"))
    await venue.advance()
    assert (await anext(fills)).client_order_id == "three"


async def test_cancelling_is_never_held_up_by_a_slow_reader(venue):
    websocket = await a_reader(venue, most_unread=1)
    orders = websocket.orders()
    await venue.rest.place_order(a_resting_order("one"))

    cancelled = await venue.rest.cancel_order(BTC, "one")

    assert cancelled.state is OrderState.CANCELED
    assert [(await anext(orders)).state for _ in range(2)] == [OrderState.WORKING, OrderState.CANCELED]


async def test_a_slow_reader_of_candles_keeps_the_newest(venue):
    websocket = await a_reader(venue, most_unread=3)
    stream = websocket.candles([BTC], venue.interval_ms)

    for _ in range(5):
        await venue.advance()
    await websocket.close()
    kept = [candle.close_time_ms async for candle in stream]

    assert kept == [venue.exchange.now_ms - late * venue.interval_ms for late in (2, 1, 0)]


async def test_a_stream_that_nobody_holds_any_more_holds_up_nobody(venue):
    websocket = await a_reader(venue, most_unread=1)
    stream = websocket.fills()
    await venue.rest.place_order(a_market_order("one"))
    await venue.advance()

    del stream
    gc.collect()
    await venue.advance()

    assert websocket.has_room


async def test_a_closed_connection_holds_up_nobody(venue):
    websocket = await a_reader(venue, most_unread=1)
    stream = websocket.fills()
    await venue.rest.place_order(a_market_order("one"))
    await venue.advance()

    await websocket.close()
    await venue.advance()

    assert [fill.client_order_id async for fill in stream] == ["one"]


async def test_connecting_twice_tells_everything_once(venue):
    await venue.websocket.connect()
    stream = venue.websocket.candles([BTC, ETH], venue.interval_ms)

    await venue.advance()
    await venue.websocket.close()

    assert [candle.symbol async for candle in stream] == [BTC, ETH]


async def test_an_order_is_told_state_by_state(venue):
    stream = venue.websocket.orders()
    await venue.rest.place_order(a_market_order("one"))
    await venue.advance()

    placed, filled = await anext(stream), await anext(stream)

    assert (placed.state, placed.filled_quantity) == (OrderState.WORKING, 0)
    assert (filled.state, filled.filled_quantity) == (OrderState.FILLED, 1)
    assert filled == await venue.rest.get_order(BTC, "one")
