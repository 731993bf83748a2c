"""A practice exchange put together: a market, the simulated venue's rule, a dialect, and chaos."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alphastrike.adapters.simulated.practice import KernelLedger
from alphastrike.app.discovery import chosen
from alphastrike.domain.practice import PracticeKey
from alphastrike.simulator.chaos import Chaos
from alphastrike.simulator.exchange import PracticeVenue
from alphastrike.simulator.faults import Fault
from alphastrike.simulator.feed import Feed
from alphastrike.simulator.host import Interference, SimulatorHost
from alphastrike.simulator.loopback import LoopbackConnector, LoopbackSender
from alphastrike.transport.adapter import VenueAccess, VenueConnection, WireAdapter
from alphastrike.transport.clock import Clock
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.dialect import Dialect

_IN_MEMORY = ("http://simulator", "ws://simulator")


@dataclass(frozen=True, slots=True)
class PracticePlan:
    """What to practise on; a seed gives the same market and keys. Funding is due as the venue has it."""

    dialect: str
    seed: int = 0
    initial_equity: float = 100_000.0
    funding_interval_ms: int | None = None


def practice_key(seed: int) -> PracticeKey:
    """Credentials that open nothing real, the same for the same seed."""
    texts = [hashlib.sha256(f"practice {seed} {part}".encode()).hexdigest() for part in range(4)]
    return PracticeKey(texts[0], texts[1], texts[2][:16], "0x" + texts[3])


def open_simulator(plan: PracticePlan, feed: Feed, interference: Interference | None = None) -> SimulatorHost:
    """A simulator with one account, at the feed's first step."""
    dialect: Dialect = chosen("dialects", (plan.dialect,), "--dialect")[plan.dialect]
    interval_ms = plan.funding_interval_ms or dialect.funding_interval_ms
    exchange = PracticeVenue(feed, KernelLedger, plan.seed, interval_ms)
    exchange.open_account(practice_key(plan.seed), plan.initial_equity)
    return SimulatorHost(exchange, dialect, interference)


def open_chaos(plan: PracticePlan, feed: Feed, faults: Sequence[Fault]) -> tuple[SimulatorHost, Chaos]:
    """A simulator in which these faults happen."""
    chaos = Chaos(faults)
    host = open_simulator(plan, feed, chaos)
    chaos.attach(host.exchange, host.session, lambda: host.lines, host.drop)
    return host, chaos


def practice_access(host: SimulatorHost, clock: Clock, seed: int) -> VenueAccess:
    """What an adapter needs to trade on a simulator in memory."""
    key = host.exchange.accounts[0].key
    return VenueAccess(
        sender=LoopbackSender(host),
        connector=LoopbackConnector(host),
        clock=clock,
        chance=np.random.default_rng(seed),
        credentials=Credentials.of(dict(host.dialect.credentials(key))),
        endpoints=host.dialect.endpoints(*_IN_MEMORY),
    )


def practice_connection(
    adapter: WireAdapter, host: SimulatorHost, clock: Clock, seed: int = 0
) -> VenueConnection:
    """An adapter's connection to a simulator in memory, not connected yet."""
    return adapter.open(adapter.Config(), practice_access(host, clock, seed))
