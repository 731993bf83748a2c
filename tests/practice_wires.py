"""A practice exchange behind a dialect, in simulated time or on a real loopback socket."""

import asyncio
import contextlib
from dataclasses import dataclass

import numpy as np

from alphastrike.adapters.simulated.practice import KernelLedger
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

START_MS = 1_700_000_000_000 // 60_000 * 60_000
KEY = PracticeKey("practicekey".ljust(64, "0"), "practice-secret", "practice-phrase", "0x" + "1" * 64)


@dataclass
class Wire:
    """What a client of a practice exchange is given."""

    host: SimulatorHost
    account: object
    access: VenueAccess

    @property
    def exchange(self):
        return self.host.exchange


def practice(dialect, start_ms=START_MS, seed=7, funding_interval_ms=8 * 3_600_000, **feed):
    exchange = PracticeVenue(MadeFeed(seed, start_ms, **feed), KernelLedger, seed, funding_interval_ms)
    account = exchange.open_account(KEY)
    return SimulatorHost(exchange, dialect), account


def in_simulated_time(dialect, work, **feed):
    """Run `await work(wire)` against a practice exchange; hours of waiting take no time."""

    async def run():
        clock = LoopClock(START_MS)
        host, account = practice(dialect, **{"step_ms": 1_000, **feed})
        access = VenueAccess(
            sender=LoopbackSender(host),
            connector=LoopbackConnector(host),
            clock=clock,
            chance=np.random.default_rng(1),
            credentials=Credentials.of(dict(dialect.credentials(KEY))),
            endpoints=dialect.endpoints("http://practice", "ws://practice"),
        )
        wire = Wire(host, account, access)
        moving = asyncio.create_task(host.run(clock))
        try:
            return await work(wire)
        finally:
            moving.cancel()
            await asyncio.gather(moving, return_exceptions=True)

    return run_in_simulated_time(run())


@contextlib.asynccontextmanager
async def on_loopback(dialect, **feed):
    """A real server on 127.0.0.1, at this machine's time; yields (server, host, account)."""
    clock = SystemClock()
    host, account = practice(dialect, start_ms=clock.now_ms(), **{"step_ms": 200, **feed})
    server = LoopbackServer(host)
    await server.start()
    moving = asyncio.create_task(host.run(clock))
    try:
        yield server, host, account
    finally:
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)
        await server.close()
