"""Clients of others, unmodified, trade on the practice exchange over real loopback sockets."""

import asyncio
import json
import subprocess
import sys
import threading

import pytest

pytestmark = pytest.mark.long


@pytest.fixture
def binance():
    """A simulator in a process of its own, and how to reach it."""
    command = [sys.executable, "-m", "alphastrike", "venue", "simulate", "--dialect", "binance", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(300, process.kill)
        watchdog.start()
        try:
            yield json.loads(process.stdout.readline())
        finally:
            watchdog.cancel()
            process.terminate()


def _pointed_at(exchange, facts):
    for name, url in list(exchange.urls["api"].items()):
        if isinstance(url, str) and url.startswith("http"):
            exchange.urls["api"][name] = f"{facts['rest_url']}/{url.split('/', 3)[3]}"
    exchange.urls["api"]["ws"]["linear"] = f"{facts['ws_url']}/ws"
    return exchange


def test_ccxt_pro_trades_and_listens(binance):
    ccxt = pytest.importorskip("ccxt.pro")
    symbol = "BTC/USDT:USDT"

    async def work():
        exchange = ccxt.binanceusdm({"apiKey": binance["api_key"], "secret": binance["api_secret"]})
        _pointed_at(exchange, binance)
        try:
            await exchange.load_markets()
            bought = await exchange.create_order(symbol, "market", "buy", 0.01)
            watching = asyncio.create_task(exchange.watch_orders(symbol))
            book = await exchange.watch_order_book(symbol)
            rested = await exchange.create_order(symbol, "limit", "buy", 0.01, 50_000, {"postOnly": True})
            # The library's list goes on to change with its orders.
            heard = [order["status"] for order in await asyncio.wait_for(watching, 30)]
            stop = await exchange.create_order(
                symbol, "market", "sell", 0.01, None, {"stopLossPrice": 50_000, "reduceOnly": True}
            )
            waiting = await exchange.fetch_open_orders(symbol, params={"trigger": True})
            cancelled = await exchange.cancel_order(rested["id"], symbol)
            positions = await exchange.fetch_positions()
            return bought, book, heard, stop, waiting, cancelled, positions
        finally:
            await exchange.close()

    bought, book, heard, stop, waiting, cancelled, positions = asyncio.run(work())

    assert (bought["status"], bought["filled"]) == ("closed", 0.01)
    assert book["bids"][0][0] < book["asks"][0][0]
    assert heard[-1] == "open"
    assert [order["id"] for order in waiting] == [stop["id"]]
    assert cancelled["status"] == "canceled"
    assert positions[0]["contracts"] == 0.01


def test_the_venues_own_client_trades(binance):
    client = pytest.importorskip(
        "binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures"
    )
    configuration = client.ConfigurationRestAPI(
        api_key=binance["api_key"], api_secret=binance["api_secret"], base_path=binance["rest_url"]
    )
    rest = client.DerivativesTradingUsdsFutures(config_rest_api=configuration).rest_api

    bought = rest.new_order(
        symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.01, new_order_resp_type="RESULT"
    ).data()
    position = rest.position_information_v2(symbol="BTCUSDT").data()[0]

    assert bought.status == "FILLED"
    assert float(position.position_amt) == 0.01


def test_a_client_that_signs_wrong_fails_here(binance):
    ccxt = pytest.importorskip("ccxt.pro")

    async def work():
        exchange = ccxt.binanceusdm({"apiKey": binance["api_key"], "secret": "wrong"})
        _pointed_at(exchange, binance)
        try:
            with pytest.raises(ccxt.AuthenticationError):
                await exchange.fetch_balance()
        finally:
            await exchange.close()

    asyncio.run(work())
