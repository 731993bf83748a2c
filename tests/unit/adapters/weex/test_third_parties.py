"""A client that knows nothing of us trades on the simulated venue, and fails on it as on the real one."""

import asyncio
import contextlib
import warnings

import pytest

from alphastrike.adapters.weex.dialect import plugin as dialect
from tests.practice_wires import KEY, on_loopback

PATIENCE_S = 20
SYMBOL = "BTC/USDT:USDT"


@contextlib.asynccontextmanager
async def client(server, **changes):
    """The unmodified library, sent to the simulator's addresses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ccxt.pro as pro
    keys = {"apiKey": KEY.api_key, "secret": KEY.api_secret, "password": KEY.passphrase}
    found = pro.weex({**keys, "options": {"defaultType": "swap"}, **changes})
    urls = dialect.endpoints(server.http_url, server.ws_url)
    found.urls["api"] = {
        **dict.fromkeys(("public", "private", "contract", "contractPrivate"), urls["rest_url"]),
        "ws": {"contract": urls["ws_url"], "spot": urls["ws_url"]},
    }
    try:
        yield found
    finally:
        await found.close()


async def test_ccxt_and_its_streams_trade_unmodified():
    async with on_loopback(dialect) as (server, _, account), client(server) as ccxt:
        await ccxt.load_markets()
        heard = [
            asyncio.create_task(watch)
            for watch in (
                ccxt.watch_order_book(SYMBOL),
                ccxt.watch_trades(SYMBOL),
                ccxt.watch_ohlcv(SYMBOL, "1m"),
                ccxt.watch_my_trades(SYMBOL, params={"type": "swap"}),
                ccxt.watch_orders(SYMBOL, params={"type": "swap"}),
                ccxt.watch_positions([SYMBOL]),
            )
        ]
        book = await asyncio.wait_for(asyncio.shield(heard[0]), PATIENCE_S)
        resting = await ccxt.create_order(SYMBOL, "limit", "buy", 0.01, 40_000, {"clientOrderId": "mine"})
        working = await ccxt.fetch_open_orders(SYMBOL)
        await ccxt.cancel_order(resting["id"], SYMBOL)
        bought = await ccxt.create_order(SYMBOL, "market", "buy", 0.01)
        stop = await ccxt.create_order(SYMBOL, "market", "sell", 0.01, None, {"stopLossPrice": 40_000})
        waiting = await ccxt.fetch_open_orders(SYMBOL, params={"trigger": True})
        await ccxt.cancel_order(stop["id"], SYMBOL, {"trigger": True})
        positions, balance = await ccxt.fetch_positions([SYMBOL]), await ccxt.fetch_balance()
        mine, ended = await ccxt.fetch_my_trades(SYMBOL), await ccxt.fetch_order(bought["id"], SYMBOL)
        await ccxt.create_order(SYMBOL, "market", "sell", 0.01, None, {"reduceOnly": True})
        answers = [await asyncio.wait_for(task, PATIENCE_S) for task in heard]

    assert book["bids"][0][0] < book["asks"][0][0]
    assert [order["clientOrderId"] for order in working] == ["mine"]
    assert [order["id"] for order in waiting] == [stop["id"]]
    assert ended["status"] == "closed"
    assert positions[0]["contracts"] == mine[0]["amount"] == 0.01
    assert balance["total"]["USDT"] == pytest.approx(100_000, rel=1e-3)
    assert all(answers[:5])  # the positions came first as a snapshot, of none
    assert account.positions() == ()
    assert account.orders(working=True) == ()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"secret": "wrong"}, "AuthenticationError"),
        ({"apiKey": "wrong"}, "AuthenticationError"),
        ({"password": "wrong"}, "AuthenticationError"),
    ],
)
async def test_a_client_that_signs_wrong_fails_here(changes, error):
    import ccxt as library

    async with on_loopback(dialect) as (server, *_), client(server, **changes) as ccxt:
        with pytest.raises(getattr(library, error)):
            await ccxt.fetch_balance()


async def test_a_client_whose_clock_is_off_or_whose_order_is_off_the_step_is_refused_in_the_venues_words():
    async with on_loopback(dialect) as (server, _, account), client(server) as ccxt:
        await ccxt.load_markets()
        order = {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "positionSide": "LONG",
            "type": "MARKET",
            "quantity": "0.0105",
        }
        with pytest.raises(Exception, match="-1160"):
            await ccxt.contractPrivatePostCapiV3Order({**order, "newClientOrderId": "one"})
        with pytest.raises(Exception, match="-1141"):
            await ccxt.contractPrivatePostCapiV3Order({**order, "quantity": "0.01"})
        with pytest.raises(Exception, match="-1121"):
            await ccxt.contractPrivatePostCapiV3Order({**order, "symbol": "NOSUCH"})
        ccxt.nonce = lambda: ccxt.milliseconds() - 31_000
        with pytest.raises(Exception, match="-1046"):
            await ccxt.fetch_balance()

    assert account.orders() == ()
