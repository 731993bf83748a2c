"""The practice exchange behind the Hyperliquid wire, in memory and on loopback sockets, for tests."""

import asyncio
import contextlib
import warnings
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np

from alphastrike.adapters.hyperliquid.adapter import HyperliquidAdapter
from alphastrike.adapters.hyperliquid.config import HyperliquidConfig
from alphastrike.adapters.hyperliquid.dialect import PracticeDialect
from alphastrike.adapters.hyperliquid.signing import Wallet
from alphastrike.adapters.simulated.practice import KernelLedger
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.domain.practice import PracticeKey
from alphastrike.simulator.exchange import PracticeVenue
from alphastrike.simulator.feed import MadeFeed
from alphastrike.simulator.host import SimulatorHost
from alphastrike.simulator.loopback import LoopbackConnector, LoopbackSender
from alphastrike.simulator.server import LoopbackServer
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.clock import LoopClock, SystemClock
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.virtual_time import run_in_simulated_time

START_MS = 1_760_000_000_000
PRIVATE_KEY = "0x" + "1" * 64
KEY = PracticeKey("key", "secret", "phrase", PRIVATE_KEY)
ADDRESS = Wallet(PRIVATE_KEY).address
BOTH = frozenset({"mainnet", "testnet"})


def a_host(start_ms=START_MS, seed=7, networks=BOTH, step_ms=1_000):
    venue = PracticeVenue(MadeFeed(seed, start_ms, step_ms=step_ms), KernelLedger, seed)
    venue.open_account(KEY)
    return SimulatorHost(venue, PracticeDialect(networks=networks))


@cache
def warmed_up():
    """Compile what an exchange needs before a client with a time-out waits for it."""
    host = a_host()
    account = host.exchange.accounts[0]
    side, price = Side.BUY, Decimal(40_000)
    account.place(UnifiedOrder("BTCUSDT", side, OrderType.MARKET, Decimal("0.01"), "in"))
    resting = account.place(UnifiedOrder("BTCUSDT", side, OrderType.LIMIT, Decimal("0.01"), "rest", price))
    account.cancel("BTCUSDT", resting.result.order_id)
    account.set_leverage("BTCUSDT", 5)
    host.advance(START_MS + 10_000)


@dataclass
class World:
    """One simulated venue and the means to reach it in memory."""

    host: SimulatorHost
    clock: object

    @property
    def exchange(self):
        return self.host.exchange

    @property
    def account(self):
        return self.exchange.accounts[0]

    def connection(self, private_key=PRIVATE_KEY, account_address="", **config):
        parts = {"private_key": private_key, "account_address": account_address}
        credentials = Credentials.of({name: text for name, text in parts.items() if text})
        access = VenueAccess(
            LoopbackSender(self.host),
            LoopbackConnector(self.host),
            self.clock,
            np.random.default_rng(1),
            credentials,
            self.host.dialect.endpoints("http://venue", "ws://venue"),
        )
        return HyperliquidAdapter().open(HyperliquidConfig(**config), access)


def in_practice(work, **host):
    """Run `await work(world)` in simulated time, with the exchange living beside it."""

    async def run():
        world = World(a_host(**host), LoopClock(START_MS))
        living = asyncio.create_task(world.host.run(world.clock))
        try:
            return await work(world)
        finally:
            living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await living

    return run_in_simulated_time(run())


@contextlib.asynccontextmanager
async def on_loopback(**host):
    """The same on real sockets and this machine's time."""
    warmed_up()
    clock = SystemClock()
    found = a_host(start_ms=clock.now_ms() - 120_000, **host)
    server = LoopbackServer(found)
    await server.start()
    living = asyncio.create_task(found.run(clock))
    try:
        yield found, server
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await server.close()


@contextlib.asynccontextmanager
async def ccxt_client(server):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ccxt.pro as pro
    client = pro.hyperliquid({"walletAddress": ADDRESS, "privateKey": PRIVATE_KEY})
    client.urls["api"] = {
        "public": server.http_url,
        "private": server.http_url,
        "ws": {"public": f"{server.ws_url}/ws"},
    }
    try:
        yield client
    finally:
        await client.close()
