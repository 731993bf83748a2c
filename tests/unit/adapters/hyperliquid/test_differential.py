"""Our adapter and ccxt read the same simulated ledger and agree, but for a reviewed list of differences."""

import asyncio
from decimal import Decimal

import numpy as np
import pytest

from alphastrike.adapters.hyperliquid.adapter import plugin
from alphastrike.adapters.hyperliquid.config import HyperliquidConfig
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedOrder
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.clock import SystemClock
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.http_aiohttp import AiohttpSender
from alphastrike.transport.socket_websockets import WebsocketsConnector
from tests.practice_hyperliquid import PRIVATE_KEY, ccxt_client, on_loopback

CCXT_SYMBOL, SYMBOL, MINUTE_MS = "BTC/USDC:USDC", "BTCUSDT", 60_000

# What the two say differently, and why ours stays as it is.
DIFFERENCES = {
    "symbol": "ours is the one spelling inside, BTCUSDT; the quote asset is a field of the instrument",
    "last price": "ccxt reports the middle of the book, ours the latest trade",
    "wallet": "ccxt's total is the account's value, open profit included; our wallet leaves it out",
    "missed order": "an immediate order without a counterpart raises in ccxt; here it comes back EXPIRED",
    "numbers": "ccxt answers in floats, ours in decimals as the venue wrote them",
}


def an_order(client_id, side=Side.BUY, kind=OrderType.LIMIT, **changes):
    return UnifiedOrder(SYMBOL, side, kind, Decimal("0.01"), client_id, **changes)


def ours_at(server):
    access = VenueAccess(
        AiohttpSender(),
        WebsocketsConnector(),
        SystemClock(),
        np.random.default_rng(1),
        Credentials.of({"private_key": PRIVATE_KEY}),
        {"rest_url": server.http_url, "ws_url": f"{server.ws_url}/ws"},
    )
    return plugin.open(HyperliquidConfig(), access)


async def test_both_read_the_same_account_and_market_from_the_same_ledger():
    async with on_loopback() as (host, server), ccxt_client(server) as theirs:
        connection = ours_at(server)
        await connection.connect()
        ours, fills = connection.rest, connection.websocket.fills()
        host.exchange._steps, host.exchange._next = iter(()), None  # nothing moves while we compare
        placed = await ours.place_order(an_order("in", kind=OrderType.MARKET))
        heard = await asyncio.wait_for(anext(fills), 20)
        resting = await ours.place_order(an_order("rest", price=Decimal(40_000)))
        await ours.place_order(
            an_order(
                "stop", Side.SELL, OrderType.STOP_MARKET, trigger_price=Decimal(50_000), reduce_only=True
            )
        )
        missed = await ours.place_order(an_order("ioc", price=Decimal(40_000), time_in_force=TimeInForce.IOC))
        await theirs.load_markets()

        position, their_position = (await ours.get_positions())[0], (await theirs.fetch_positions())[0]
        fill, their_trade = (
            (await ours.get_fills(SYMBOL, 0))[0],
            (await theirs.fetch_my_trades(CCXT_SYMBOL))[0],
        )
        orders, their_orders = await ours.get_open_orders(), await theirs.fetch_open_orders(CCXT_SYMBOL)
        book, their_book = await ours.get_order_book(SYMBOL), await theirs.fetch_order_book(CCXT_SYMBOL)
        ticker, their_ticker = await ours.get_ticker(SYMBOL), await theirs.fetch_ticker(CCXT_SYMBOL)
        balance, their_balance = (await ours.get_balances())[0], await theirs.fetch_balance()
        since = (await ours.get_server_time_ms()) // MINUTE_MS * MINUTE_MS - 2 * MINUTE_MS
        candles = await ours.get_candles(SYMBOL, MINUTE_MS, since, since + MINUTE_MS)
        their_candles = await theirs.fetch_ohlcv(CCXT_SYMBOL, "1m", since, 1)
        instrument = next(one for one in await ours.get_instruments() if one.symbol == SYMBOL)
        with pytest.raises(Exception, match="could not immediately match"):
            await theirs.create_order(CCXT_SYMBOL, "limit", "buy", 0.01, 40_000, {"timeInForce": "IOC"})
        await connection.close()

    market = theirs.market(CCXT_SYMBOL)
    assert heard == fill
    assert float(position.quantity) == their_position["contracts"]
    assert float(position.entry_price) == their_position["entryPrice"]
    assert float(position.unrealized_pnl) == pytest.approx(their_position["unrealizedPnl"])
    assert (position.leverage, position.margin_mode.value) == (
        int(their_position["leverage"]),
        their_position["marginMode"],
    )
    assert (float(fill.price), float(fill.quantity)) == (their_trade["price"], their_trade["amount"])
    assert (fill.fill_id, fill.order_id) == (their_trade["id"], their_trade["order"])
    assert float(fill.fee) == pytest.approx(their_trade["fee"]["cost"])
    assert placed.order_id == fill.order_id
    assert sorted(order.order_id for order in orders) == sorted(order["id"] for order in their_orders)
    assert resting.order_id in {order["id"] for order in their_orders}
    assert [[float(part) for part in level] for level in book.bids] == [
        level[:2] for level in their_book["bids"]
    ]
    assert (float(ticker.best_bid), float(ticker.mark_price)) == (
        their_ticker["bid"],
        float(their_ticker["info"]["markPx"]),
    )
    assert [[c.open_time_ms, c.open, c.high, c.low, c.close, c.volume] for c in candles] == their_candles
    assert float(instrument.quantity_step) == market["precision"]["amount"]
    _the_differences_are_still_there(ticker, their_ticker, balance, their_balance, missed)


def _the_differences_are_still_there(ticker, their_ticker, balance, their_balance, missed):
    """A difference that went away leaves the list."""
    worth = balance.wallet + balance.unrealized_pnl
    found = {
        "symbol": their_ticker["symbol"] != ticker.symbol,
        "last price": their_ticker["last"] != float(ticker.last_price),
        "wallet": their_balance["total"]["USDC"] == pytest.approx(float(worth))
        and balance.unrealized_pnl != 0,
        "missed order": missed.state is OrderState.EXPIRED,
        "numbers": isinstance(their_ticker["bid"], float) and isinstance(ticker.best_bid, Decimal),
    }
    assert found == dict.fromkeys(DIFFERENCES, True)
