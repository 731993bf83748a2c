"""The Binance example and the hand-written Binance adapter read one practice ledger, and say the same."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from alphastrike.adapters.binance.adapter import plugin as written
from alphastrike.adapters.binance.dialect import plugin as dialect
from alphastrike.adapters.openapi.adapter import plugin as described
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.orders import OrderType, Side, TimeInForce, UnifiedOrder
from tests.practice_wires import START_MS, in_simulated_time

SYMBOL, MINUTE_MS = "BTCUSDT", 60_000
MARKET = UnifiedOrder(SYMBOL, Side.BUY, OrderType.MARKET, Decimal("0.030"), "open")
LIMIT = replace(MARKET, order_type=OrderType.LIMIT, price=Decimal("50000.0"), client_order_id="rest")


async def read(rest, now_ms):
    return {
        "instruments": [replace(one, venue="") for one in await rest.get_instruments()],
        "ticker": await rest.get_ticker(SYMBOL),
        "book": await rest.get_order_book(SYMBOL, 5),
        "candles": list(await rest.get_candles(SYMBOL, MINUTE_MS, 0, now_ms)),
        "some candles": list(await rest.get_candles(SYMBOL, MINUTE_MS, now_ms - 4 * MINUTE_MS, now_ms - 1)),
        "funding": list(await rest.get_funding_rates(SYMBOL, 0, 2**62)),
        "last funding": list(await rest.get_funding_rates(SYMBOL, now_ms - 4 * MINUTE_MS, now_ms + 1)),
        "tiers": list(await rest.get_margin_tiers(SYMBOL)),
        "balances": list(await rest.get_balances()),
        "positions": list(await rest.get_positions()),
        "of one symbol": list(await rest.get_positions(SYMBOL)),
        "working": list(await rest.get_open_orders()),
        "ended": [await rest.get_order(SYMBOL, name) for name in ("open", "rest", "gone", "ioc", "never")],
        "fills": list(await rest.get_fills(SYMBOL, 0)),
        "later fills": list(await rest.get_fills(SYMBOL, now_ms)),
    }


@pytest.fixture(scope="module")
def answers():
    """What either adapter reads after the same trades, placed through both in turn."""

    async def work(wire):
        pair = [plugin.open(plugin.Config(), wire.access) for plugin in (written, described)]
        for connection in pair:
            await connection.connect()
        one, other = (connection.rest for connection in pair)
        await one.set_leverage(SYMBOL, 7)
        await other.set_margin_mode(SYMBOL, MarginMode.ISOLATED)
        placed = [await other.place_order(MARKET), await one.place_order(LIMIT)]
        placed.append(await other.place_order(replace(LIMIT, client_order_id="gone")))
        await other.cancel_order(SYMBOL, "gone")
        await one.place_order(replace(LIMIT, client_order_id="ioc", time_in_force=TimeInForce.IOC))
        await asyncio.sleep(20 * 60 + 0.5 - (wire.access.clock.now_ms() - START_MS) / 1000)
        await other.get_positions()  # this exchange's clock moves in leaps; a read measures it again
        await other.place_order(
            replace(
                MARKET, side=Side.SELL, reduce_only=True, quantity=Decimal("0.010"), client_order_id="less"
            )
        )
        now_ms = wire.exchange.now_ms
        found = [await read(rest, now_ms) for rest in (one, other)]
        for connection in pair:
            await connection.close()
        return placed, found

    return in_simulated_time(dialect, work, step_ms=25_000, funding_interval_ms=2 * MINUTE_MS)


def test_everything_read_is_the_same(answers):
    _, (mine, other) = answers

    assert mine["funding"]
    assert len(mine["fills"]) >= 2
    assert {key: value for key, value in other.items() if value != mine[key]} == {}


def test_an_order_is_answered_as_the_ledger_has_it(answers):
    placed, (mine, _) = answers
    ended = {result.client_order_id: result for result in mine["ended"] if result is not None}

    assert placed[0] == ended["open"]
    assert [one.order_id for one in placed] == [ended[one.client_order_id].order_id for one in placed]


@pytest.mark.parametrize("kind", ["trades", "tickers"])
def test_a_stream_tells_what_the_handwritten_one_tells(kind):
    async def work(wire):
        pair = [plugin.open(plugin.Config(), wire.access) for plugin in (written, described)]
        for connection in pair:
            await connection.connect()
        streams = [getattr(connection.websocket, kind)([SYMBOL]) for connection in pair]
        await asyncio.sleep(30)
        for connection in pair:
            await connection.close()
        return [[message async for message in stream] for stream in streams]

    mine, other = in_simulated_time(dialect, work)

    assert len(mine) > 5
    assert other == mine


def test_both_refuse_a_key_that_signs_wrong():
    async def work(wire):
        faults = []
        key = wire.access.credentials
        wrong = replace(wire.access, credentials=key.of({"api_key": "a" * 64, "api_secret": "b"}))
        for plugin in (written, described):
            connection = plugin.open(plugin.Config(), wrong)
            await connection.rest.connect()
            with pytest.raises(VenueRejected) as refused:
                await connection.rest.get_balances()
            faults.append(type(refused.value))
        return faults

    mine, other = in_simulated_time(dialect, work)

    assert other is mine
