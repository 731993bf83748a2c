"""The practice exchange on loopback sockets, until interrupted."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from alphastrike.app.practice import PracticePlan, made_feed, open_simulator
from alphastrike.simulator.server import LoopbackServer
from alphastrike.transport.clock import SystemClock

Ready = Callable[[dict[str, str]], None]


def serve(plan: PracticePlan, port: int, ready: Ready) -> None:
    """Serve until Ctrl-C; `ready` is told how to reach it once it listens."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(plan, port, ready))


async def _serve(plan: PracticePlan, port: int, ready: Ready) -> None:
    clock = SystemClock()
    host = open_simulator(plan, made_feed(plan.seed, clock.now_ms()))
    server = LoopbackServer(host, port)
    await server.start()
    try:
        endpoints = host.dialect.endpoints(server.http_url, server.ws_url)
        credentials = host.dialect.credentials(host.exchange.accounts[0].key)
        ready({"dialect": plan.dialect, **endpoints, **credentials})
        await host.run(clock)
    finally:
        await server.close()
