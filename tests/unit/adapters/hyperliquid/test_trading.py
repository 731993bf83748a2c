"""The adapter trades on the practice exchange through the venue's own wire."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from alphastrike.adapters.hyperliquid.signing import Wallet
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import (
    BadCredentials,
    ConfigError,
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    Unsupported,
    VenueRejected,
    VenueUnreachable,
    WrongNetwork,
)
from alphastrike.domain.exchange import ExchangeRESTProtocol, ExchangeWebSocketProtocol
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedOrder
from tests.practice_hyperliquid import PRIVATE_KEY, in_practice


def an_order(client_id="run-BTCUSDT-1", side=Side.BUY, kind=OrderType.MARKET, quantity="0.01", **changes):
    return UnifiedOrder("BTCUSDT", side, kind, Decimal(quantity), client_id, **changes)


def a_limit(price="40000", **changes):
    return an_order(kind=OrderType.LIMIT, price=Decimal(price), **changes)


def connected(work, **host):
    async def run(world):
        connection = world.connection()
        await connection.connect()
        try:
            return await work(connection.rest, connection.websocket, world)
        finally:
            await connection.close()

    return in_practice(run, **host)


def test_it_speaks_both_protocols():
    async def work(rest, websocket, _world):
        return isinstance(rest, ExchangeRESTProtocol), isinstance(websocket, ExchangeWebSocketProtocol)

    assert connected(work) == (True, True)


def test_a_market_order_fills_and_every_view_of_it_agrees():
    async def work(rest, websocket, world):
        fills, orders, news = websocket.fills(), websocket.orders(), websocket.account_news()
        placed = await rest.place_order(an_order())
        known = await rest.get_order("BTCUSDT", "run-BTCUSDT-1")
        held = await rest.get_positions("BTCUSDT")
        fill = await anext(fills)
        states = [(await anext(orders)).state for _ in range(2)]
        asked = await rest.get_fills("BTCUSDT", 0)
        moved = [await anext(news) for _ in range(1)]
        return placed, known, held, fill, states, asked, moved, world.account

    placed, known, held, fill, states, asked, moved, account = connected(work)

    assert placed == known
    assert (placed.state, placed.client_order_id) == (OrderState.FILLED, "run-BTCUSDT-1")
    assert held[0].quantity == Decimal("0.01") == account.positions()[0].quantity
    assert held[0].entry_price == fill.price == placed.average_price
    assert (fill.client_order_id, fill.side) == ("run-BTCUSDT-1", Side.BUY)
    assert list(asked) == [fill]
    assert states == [OrderState.WORKING, OrderState.FILLED]
    assert moved[0].balances[0].asset == "USDC"


def test_a_resting_order_is_seen_cancelled_and_gone():
    async def work(rest, _websocket, _world):
        placed = await rest.place_order(a_limit(client_id="a-rather-long-client-order-id"))
        working = await rest.get_open_orders("BTCUSDT")
        first = await rest.cancel_order("BTCUSDT", "a-rather-long-client-order-id")
        again = await rest.cancel_order("BTCUSDT", "a-rather-long-client-order-id")
        with pytest.raises(VenueRejected, match="never-sent"):
            await rest.cancel_order("BTCUSDT", "never-sent")
        return placed, working, first, again, await rest.get_open_orders()

    placed, working, first, again, left = connected(work)

    assert placed.state is OrderState.WORKING
    assert [order.client_order_id for order in working] == ["a-rather-long-client-order-id"]
    assert first.state is again.state is OrderState.CANCELED
    assert left == []


def test_orders_that_their_time_in_force_ends_are_no_fault():
    async def work(rest, _websocket, _world):
        missed = await rest.place_order(a_limit(client_id="ioc", time_in_force=TimeInForce.IOC))
        crossing = await rest.place_order(a_limit("66000", client_id="alo", time_in_force=TimeInForce.GTX))
        return missed, crossing, await rest.get_order("BTCUSDT", "ioc")

    missed, crossing, known = connected(work)

    assert missed.state is crossing.state is known.state is OrderState.EXPIRED
    assert "bbo was" in crossing.message


def test_a_stop_waits_and_all_are_cancelled_at_once():
    async def work(rest, _websocket, _world):
        await rest.place_order(an_order("entry"))
        stop = an_order(
            "stop", Side.SELL, OrderType.STOP_MARKET, trigger_price=Decimal(50_000), reduce_only=True
        )
        placed = await rest.place_order(stop)
        profit = replace(
            stop, client_order_id="tp", order_type=OrderType.TAKE_PROFIT_MARKET, trigger_price=Decimal(70_000)
        )
        await rest.place_order(profit)
        working = await rest.get_open_orders("BTCUSDT")
        await rest.cancel_all("BTCUSDT")
        await rest.cancel_all("BTCUSDT")
        return placed, working, await rest.get_open_orders("BTCUSDT")

    placed, working, left = connected(work)

    assert placed.state is OrderState.WORKING
    assert [order.client_order_id for order in working] == ["stop", "tp"]
    assert left == []


@pytest.mark.parametrize(
    ("order", "fault", "words"),
    [
        (an_order(quantity="0.0105"), PrecisionViolated, "0.001"),
        (a_limit("40000.5"), PrecisionViolated, "five significant figures"),
        (a_limit("100", quantity="0.001"), VenueRejected, "at least 10"),
        (an_order(quantity="1000"), InsufficientMargin, "Insufficient margin"),
        (an_order(kind=OrderType.LIMIT), VenueRejected, "price"),
        (an_order(price=Decimal(1)), VenueRejected, "allowed none"),
        (a_limit(time_in_force=TimeInForce.FOK), Unsupported, "FOK"),
        (an_order(time_in_force=TimeInForce.GTX), VenueRejected, "GTX"),
        (an_order(""), VenueRejected, "1 to 36"),
        (an_order("x" * 37), VenueRejected, "37"),
        (an_order(quantity="NaN"), VenueRejected, "NaN"),
        (an_order(side=Side.SELL, reduce_only=True), VenueRejected, "Reduce only"),
        (replace(an_order(), symbol="NOSUCHUSDT"), UnknownSymbol, "NOSUCHUSDT"),
        (
            an_order(side=Side.SELL, kind=OrderType.STOP_MARKET, trigger_price=Decimal(70_000)),
            VenueRejected,
            "Invalid TP/SL price",
        ),
    ],
)
def test_every_refusal_is_typed_and_changes_nothing(order, fault, words):
    async def work(rest, _websocket, world):
        with pytest.raises(fault, match=words):
            await rest.place_order(order)
        return world.account.orders()

    assert connected(work) == ()


def test_a_client_order_id_is_sent_once():
    async def work(rest, _websocket, _world):
        await rest.place_order(a_limit())
        with pytest.raises(DuplicateOrderId, match="run-BTCUSDT-1"):
            await rest.place_order(a_limit())

    connected(work)


def test_leverage_and_margin_mode_are_the_venues_own_settings():
    async def work(rest, _websocket, world):
        for wrong in (0, 126):
            with pytest.raises(VenueRejected, match=str(wrong)):
                await rest.set_leverage("BTCUSDT", wrong)
        await rest.set_leverage("BTCUSDT", 3)
        await rest.set_margin_mode("BTCUSDT", MarginMode.ISOLATED)
        await rest.place_order(an_order())
        with pytest.raises(VenueRejected, match="open position"):
            await rest.set_margin_mode("BTCUSDT", MarginMode.CROSS)
        return (await rest.get_positions())[0], world.account.leverage

    position, leverage = connected(work)

    assert (position.leverage, position.margin_mode, leverage) == (3, MarginMode.ISOLATED, 3)
    assert position.isolated_margin > 0


def test_the_dead_man_switch_cancels_everything_unless_fed():
    async def work(rest, _websocket, _world):
        await rest.place_order(a_limit())
        with pytest.raises(VenueRejected, match="5000"):
            await rest.set_dead_man_switch("BTCUSDT", 1_000)
        await rest.set_dead_man_switch("BTCUSDT", 6_000)
        await rest.set_dead_man_switch("BTCUSDT", 0)
        await asyncio.sleep(10)
        kept = len(await rest.get_open_orders())
        await rest.set_dead_man_switch("BTCUSDT", 6_000)
        await asyncio.sleep(10)
        return kept, len(await rest.get_open_orders())

    assert connected(work) == (1, 0)


def test_market_data_are_the_exchanges_own():
    async def work(rest, _websocket, world):
        book = await rest.get_order_book("ETHUSDT", 5)
        ticker = await rest.get_ticker("ETHUSDT")
        instruments = await rest.get_instruments()
        tiers = await rest.get_margin_tiers("ETHUSDT")
        return book, ticker, instruments, tiers, await rest.get_server_time_ms(), world.exchange

    book, ticker, instruments, tiers, now_ms, exchange = connected(work)

    assert len(book.bids) == len(book.asks) == 5
    assert ticker.best_bid < ticker.best_ask
    assert [one.symbol for one in instruments] == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    assert tiers == instruments[1].margin_tiers
    assert abs(now_ms - exchange.now_ms) < 1_000


def test_candles_are_closed_ordered_and_within_the_range():
    async def work(rest, _websocket, _world):
        await asyncio.sleep(200)
        found = await rest.get_candles("BTCUSDT", 60_000, 0, 2**62)
        part = await rest.get_candles("BTCUSDT", 60_000, found[1].open_time_ms, found[2].open_time_ms)
        with pytest.raises(VenueRejected, match="7"):
            await rest.get_candles("BTCUSDT", 7, 0, 1)
        return found, part, await rest.get_server_time_ms()

    found, part, now_ms = connected(work)

    assert len(found) >= 3
    assert list(part) == [found[1]]
    assert all(candle.is_closed and candle.close_time_ms < now_ms for candle in found)


def test_an_agent_key_finds_its_account_and_a_stranger_is_told_what_to_do():
    agent, stranger = "0x" + "2" * 64, "0x" + "3" * 64
    master = Wallet(PRIVATE_KEY).address

    async def work(world):
        world.host.session._parties.approve_agent(world.account, Wallet(agent).address)
        trading = world.connection(agent)
        await trading.connect()
        placed = await trading.rest.place_order(an_order())
        await trading.close()
        with pytest.raises(WrongNetwork, match="testnet"):
            await world.connection(stranger).connect()
        with pytest.raises(BadCredentials, match="no agent"):
            await world.connection(stranger, master).connect()
        with pytest.raises(ConfigError, match="account_address"):
            world.connection(agent, "0x12")
        return placed

    assert in_practice(work).state is OrderState.FILLED


def test_without_a_key_the_market_is_read_and_nothing_is_traded():
    async def work(world):
        reading = world.connection("")
        await reading.connect()
        ticker = await reading.rest.get_ticker("BTCUSDT")
        for refused in (reading.rest.get_balances(), reading.rest.place_order(an_order())):
            with pytest.raises(BadCredentials, match="PRIVATE_KEY"):
                await refused
        with pytest.raises(BadCredentials):
            reading.websocket.fills()
        await reading.close()
        with pytest.raises(VenueUnreachable):
            await reading.rest.get_ticker("BTCUSDT")
        return ticker

    assert in_practice(work).best_bid > 0


def test_a_key_of_the_other_network_is_named_so():
    async def work(world):
        connection = world.connection(network="mainnet")
        await connection.connect()
        with pytest.raises(WrongNetwork, match="mainnet"):
            await connection.rest.place_order(an_order())

    in_practice(work, networks=frozenset({"testnet"}))
