"""The practice exchange on loopback sockets, until interrupted."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from alphastrike.app.practice import PracticePlan, open_chaos
from alphastrike.simulator.faults import Fault, plan_of
from alphastrike.simulator.feed import MadeFeed
from alphastrike.simulator.server import LoopbackServer
from alphastrike.transport.clock import SystemClock

Ready = Callable[[dict[str, str]], None]


def serve(plan: PracticePlan, chaos: str, port: int, ready: Ready) -> None:
    """Serve until Ctrl-C; `ready` is told how to reach it once it listens. `chaos` as in `plan_of`."""
    faults = plan_of(chaos, plan.seed)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(plan, faults, port, ready))


async def _serve(plan: PracticePlan, faults: Sequence[Fault], port: int, ready: Ready) -> None:
    clock = SystemClock()
    host, _ = open_chaos(plan, MadeFeed(plan.seed, clock.now_ms()), faults)
    server = LoopbackServer(host, port)
    await server.start()
    try:
        endpoints = host.dialect.endpoints(server.http_url, server.ws_url)
        credentials = host.dialect.credentials(host.exchange.accounts[0].key)
        ready({"dialect": plan.dialect, **endpoints, **credentials})
        await host.run(clock)
    finally:
        await server.close()
