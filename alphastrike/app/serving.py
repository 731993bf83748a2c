"""The practice exchange on loopback sockets, until interrupted."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from alphastrike.app.practice import PracticePlan, open_chaos, open_simulator
from alphastrike.app.practice_feeds import Recording, practice_feed
from alphastrike.domain.orders import OrderType, Side, UnifiedOrder
from alphastrike.simulator.faults import Fault, plan_of
from alphastrike.simulator.feed import MadeFeed
from alphastrike.simulator.server import LoopbackServer
from alphastrike.transport.clock import SystemClock

Ready = Callable[[dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served: faults as in `plan_of`, a market that is made unless one is to be played."""

    plan: PracticePlan
    chaos: str = ""
    port: int = 0
    recording: Recording | None = None


def serve(wanted: Serving, ready: Ready) -> None:
    """Serve until Ctrl-C; `ready` is told how to reach it once it listens."""
    faults = plan_of(wanted.chaos, wanted.plan.seed)
    rehearse(wanted.plan)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(wanted, faults, ready))


def rehearse(plan: PracticePlan) -> None:
    """Trade on an exchange of its own, so that no client waits while its rule is being compiled."""
    host = open_simulator(plan, MadeFeed(plan.seed, 0))
    account = host.exchange.accounts[0]
    symbol = host.exchange.instruments()[0].symbol
    order = UnifiedOrder(symbol, Side.BUY, OrderType.MARKET, Decimal("0.01"), "rehearsal")
    account.place(order)
    account.place(replace(order, order_type=OrderType.LIMIT, price=Decimal(1000), client_order_id="resting"))
    account.set_leverage(symbol, 5)
    host.advance(10_000)


async def _serve(wanted: Serving, faults: Sequence[Fault], ready: Ready) -> None:
    clock, plan = SystemClock(), wanted.plan
    host, _ = open_chaos(plan, practice_feed(wanted.recording, plan.seed, clock.now_ms()), faults)
    host.advance(clock.now_ms())  # a recorded past is over before anybody asks
    server = LoopbackServer(host, wanted.port)
    await server.start()
    try:
        endpoints = host.dialect.endpoints(server.http_url, server.ws_url)
        credentials = host.dialect.credentials(host.exchange.accounts[0].key)
        ready({"dialect": plan.dialect, **endpoints, **credentials})
        await host.run(clock)
    finally:
        await server.close()
