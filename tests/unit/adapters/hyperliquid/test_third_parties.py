"""Clients that know nothing of us trade on the simulated venue, and fail on it as on the real one."""

import asyncio
from decimal import Decimal

import pytest
from eth_account import Account
from hyperliquid.exchange import Exchange
from hyperliquid.info import Info
from hyperliquid.utils import signing
from hyperliquid.utils.types import Cloid

from tests.practice_hyperliquid import ADDRESS, PRIVATE_KEY, ccxt_client, on_loopback

CLOID = "0x" + "ab" * 16
PATIENCE_S = 20


def in_thread(work):
    """Run blocking `work(base_url)` beside the venue."""

    async def run():
        async with on_loopback() as (host, server):
            return await asyncio.to_thread(work, server.http_url), host

    return asyncio.run(run())


def sdk(base_url, private_key=PRIVATE_KEY):
    return Exchange(Account.from_key(private_key), base_url, account_address=ADDRESS)


def first(answer):
    return answer["response"]["data"]["statuses"][0]


def test_the_venues_own_sdk_orders_replaces_triggers_and_cancels():
    def work(base_url):
        exchange = sdk(base_url)
        info, cloid = exchange.info, Cloid.from_str(CLOID)
        resting = exchange.order("BTC", True, 0.01, 40_000, {"limit": {"tif": "Gtc"}}, cloid=cloid)
        seen = info.query_order_by_cloid(ADDRESS, cloid)
        moved = exchange.modify_order(
            cloid, "BTC", True, 0.02, 41_000, {"limit": {"tif": "Gtc"}}, cloid=cloid
        )
        open_orders = info.open_orders(ADDRESS)
        gone = exchange.cancel_by_cloid("BTC", cloid)
        again = exchange.cancel_by_cloid("BTC", cloid)
        opened = exchange.market_open("BTC", True, 0.01)
        stop = exchange.order(
            "BTC",
            False,
            0.01,
            50_000,
            {"trigger": {"triggerPx": 50_000, "isMarket": True, "tpsl": "sl"}},
            reduce_only=True,
        )
        state = info.user_state(ADDRESS)
        cancelled = exchange.cancel("BTC", first(stop)["resting"]["oid"])
        leverage = exchange.update_leverage(5, "BTC")
        closed = exchange.market_close("BTC")
        switch = exchange.schedule_cancel(None)
        return locals()

    seen, host = in_thread(work)

    assert first(seen["resting"])["resting"]["cloid"] == CLOID
    assert seen["seen"]["order"]["order"]["limitPx"] == "40000.0"
    assert first(seen["moved"])["resting"]["oid"] != first(seen["resting"])["resting"]["oid"]
    assert [(order["sz"], order["cloid"]) for order in seen["open_orders"]] == [("0.02", CLOID)]
    assert first(seen["gone"]) == "success"
    assert "never placed, already canceled, or filled" in first(seen["again"])["error"]
    assert Decimal(first(seen["opened"])["filled"]["totalSz"]) == Decimal("0.01")
    assert seen["state"]["assetPositions"][0]["position"]["szi"] == "0.01"
    assert first(seen["cancelled"]) == "success"
    assert seen["leverage"]["status"] == seen["switch"]["status"] == "ok"
    assert "filled" in first(seen["closed"])
    assert host.exchange.accounts[0].positions() == ()


def test_the_venues_own_sdk_hears_its_fills_and_the_market():
    def work(base_url):
        heard = {}
        info = Info(base_url)
        subscriptions = [
            {"type": "userFills", "user": ADDRESS},
            {"type": "orderUpdates", "user": ADDRESS},
            {"type": "l2Book", "coin": "BTC"},
            {"type": "trades", "coin": "BTC"},
            {"type": "candle", "coin": "BTC", "interval": "1m"},
            {"type": "bbo", "coin": "BTC"},
            {"type": "allMids"},
        ]
        for wanted in subscriptions:
            info.subscribe(wanted, lambda frame: heard.setdefault(frame["channel"], []).append(frame["data"]))
        try:
            is_heard(lambda: len(heard) >= 6)
            sdk(base_url).market_open("BTC", True, 0.01)
            is_heard(lambda: len(heard["userFills"]) > 1 and "orderUpdates" in heard)
        finally:
            info.disconnect_websocket()
            info.ws_manager.join(PATIENCE_S)
        return heard

    heard, _ = in_thread(work)

    assert heard["userFills"][0]["isSnapshot"] is True
    assert heard["userFills"][1]["fills"][0]["sz"] == "0.01"
    statuses = [update["status"] for frame in heard["orderUpdates"] for update in frame]
    assert statuses == ["open", "filled"]
    assert heard["l2Book"][0]["levels"][0]
    assert heard["candle"][0]["s"] == "BTC"


def test_a_wrongly_signed_order_fails_with_the_venues_own_words():
    def work(base_url):
        stranger = sdk(base_url, "0x" + "9" * 64)
        refused = stranger.order("BTC", True, 0.01, 40_000, {"limit": {"tif": "Gtc"}})
        honest = sdk(base_url)
        order = {"coin": "BTC", "is_buy": True, "sz": 0.01, "limit_px": 40_000.0, "reduce_only": False}
        wire = signing.order_request_to_order_wire({**order, "order_type": {"limit": {"tif": "Gtc"}}}, 0)
        action = signing.order_wires_to_order_action([wire])
        nonce = signing.get_timestamp_ms()
        signature = signing.sign_l1_action(honest.wallet, action, None, nonce, None, False)
        accepted = honest._post_action(action, signature, nonce)
        replayed = honest._post_action(action, signature, nonce)
        action["orders"][0]["s"] = "0.02"
        changed = honest._post_action(action, signature, nonce + 1)
        return locals()

    seen, host = in_thread(work)

    stranger = Account.from_key("0x" + "9" * 64).address.lower()
    assert seen["refused"] == {"status": "err", "response": f"User or API Wallet {stranger} does not exist."}
    assert seen["accepted"]["status"] == "ok"
    assert seen["replayed"]["response"] == f"Invalid nonce: duplicate nonce {seen['nonce']}"
    assert "does not exist" in seen["changed"]["response"]
    assert len(host.exchange.accounts[0].orders()) == 1


def test_an_agent_approved_by_the_account_trades_and_its_rules_bind_it():
    def work(base_url):
        approved, agent_key = sdk(base_url).approve_agent("bot")
        agent = sdk(base_url, agent_key)
        good = agent.order("BTC", True, 0.01, 40_000, {"limit": {"tif": "Gtc"}})
        off_tick = agent.order("BTC", True, 0.01, 40_000.5, {"limit": {"tif": "Gtc"}})
        off_step = agent.order("BTC", True, 0.0105, 40_000, {"limit": {"tif": "Gtc"}})
        small = agent.order("BTC", True, 0.001, 1_000, {"limit": {"tif": "Gtc"}})
        missed = agent.order("BTC", True, 0.01, 40_000, {"limit": {"tif": "Ioc"}})
        crossing = agent.order("BTC", True, 0.01, 66_000, {"limit": {"tif": "Alo"}})
        builder = {"b": "0x" + "8" * 40, "f": 10}
        built = agent.order("BTC", True, 0.01, 40_000, {"limit": {"tif": "Gtc"}}, builder=builder)
        role = agent.info.user_role(agent.wallet.address)
        return locals()

    seen, _ = in_thread(work)

    assert seen["approved"]["status"] == "ok"
    assert "resting" in first(seen["good"])
    assert first(seen["off_tick"])["error"] == "Price must be divisible by tick size. asset=0"
    assert first(seen["off_step"])["error"] == "Order has invalid size. asset=0"
    assert first(seen["small"])["error"] == "Order must have minimum value of $10. asset=0"
    assert "could not immediately match" in first(seen["missed"])["error"]
    assert "Post only order would have immediately matched, bbo was" in first(seen["crossing"])["error"]
    assert seen["built"] == {"status": "err", "response": "Builder fee has not been approved."}
    assert seen["role"]["data"]["user"] == ADDRESS


async def test_ccxt_and_its_streams_trade_unmodified():
    async with on_loopback() as (host, server), ccxt_client(server) as ccxt:
        symbol = "BTC/USDC:USDC"
        await ccxt.load_markets()
        watching = [
            asyncio.create_task(watch)
            for watch in (
                ccxt.watch_my_trades(symbol),
                ccxt.watch_order_book(symbol),
                ccxt.watch_orders(symbol),
            )
        ]
        await asyncio.wait_for(asyncio.shield(watching[1]), PATIENCE_S)
        resting = await ccxt.create_order(symbol, "limit", "buy", 0.01, 40_000, {"clientOrderId": CLOID})
        working = await ccxt.fetch_open_orders(symbol)
        await ccxt.cancel_order(resting["id"], symbol)
        posted = await ccxt.create_order_ws(symbol, "limit", "buy", 0.01, 39_000)
        await ccxt.cancel_order_ws(posted["id"], symbol)
        bought = await ccxt.create_order(symbol, "market", "buy", 0.01, 60_000)
        stop = await ccxt.create_order(
            symbol, "market", "sell", 0.01, 50_000, {"stopLossPrice": 50_000, "reduceOnly": True}
        )
        positions = await ccxt.fetch_positions([symbol])
        trades = await asyncio.wait_for(watching[0], PATIENCE_S)
        orders = await asyncio.wait_for(watching[2], PATIENCE_S)
        await ccxt.cancel_order(stop["id"], symbol)
        balance = await ccxt.fetch_balance()

    account = host.exchange.accounts[0]
    assert working[0]["clientOrderId"] == CLOID
    assert bought["id"] == account.fills()[0].order_id
    assert positions[0]["contracts"] == 0.01
    assert trades[0]["amount"] == 0.01
    assert orders[0]["id"] == resting["id"]
    assert account.orders(working=True) == ()
    assert balance["total"]["USDC"] == pytest.approx(float(account.balance().wallet), rel=1e-3)


def is_heard(condition):
    """Wait for something another thread hears, as long as patience lasts."""
    from threading import Event

    pause = Event()
    for _ in range(PATIENCE_S * 20):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError("not heard in time")
