"""While a followed order book is not live no adapter sends an order, but for one that reduces."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from alphastrike.app.discovery import available
from alphastrike.app.practice import PracticePlan, open_chaos, practice_connection
from alphastrike.domain.errors import BookNotLive
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.domain.streams import StreamState
from alphastrike.simulator.faults import Fault
from alphastrike.simulator.feed import MadeFeed
from alphastrike.transport.clock import LoopClock
from alphastrike.transport.virtual_time import run_in_simulated_time

START_MS = 1_700_000_000_000
BUY = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.010"), "first")
ADAPTERS = [
    name
    for name, load in available("adapters").items()
    if name != "simulated" and load().capabilities.supports_book_stream
]


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_order_waits_for_its_book_and_a_reducing_one_does_not(name):
    adapter = available("adapters")[name]()

    async def work():
        clock = LoopClock(START_MS)
        feed = MadeFeed(3, START_MS, step_ms=1_000)
        host, _ = open_chaos(PracticePlan(adapter.dialect), feed, [Fault("frozen_books", 20.0, 300.0)])
        living = asyncio.create_task(host.run(clock))
        connection = practice_connection(adapter, host, clock)
        await connection.connect()
        books = connection.websocket.order_books(["BTCUSDT"])
        await anext(books)
        await connection.rest.place_order(BUY)
        await asyncio.sleep(90)
        state = connection.websocket.book_state("BTCUSDT")
        with pytest.raises(BookNotLive, match="second"):
            await connection.rest.place_order(replace(BUY, client_order_id="second"))
        landed = len(host.exchange.accounts[0].orders())
        less = replace(BUY, side=Side.SELL, client_order_id="less", reduce_only=True)
        await connection.rest.place_order(less)
        await asyncio.sleep(2)
        held = await connection.rest.get_positions("BTCUSDT")
        await connection.close()
        living.cancel()
        with suppress(asyncio.CancelledError):
            await living
        return state, landed, held

    state, landed, held = run_in_simulated_time(work())

    assert state not in {StreamState.LIVE, StreamState.CLOSED}
    assert landed == 1
    assert list(held) == []
