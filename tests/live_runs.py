"""Live sessions on a practice exchange in simulated time, and processes that can be killed at any act.

A killed process does nothing more: no request, no frame and no byte of its journal leaves it. What it had
handed to the system stays.
"""

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.app.desk_books import DeskBooks
from alphastrike.app.discovery import available
from alphastrike.app.kept_market import market_of
from alphastrike.app.live_entry import LiveTerms, live_on_venue
from alphastrike.app.modes import LIVE
from alphastrike.app.paper import open_paper
from alphastrike.app.paper_files import journal_path
from alphastrike.app.paper_session import open_session
from alphastrike.app.practice import PracticePlan, open_chaos, practice_access
from alphastrike.app.retrace import config_of
from alphastrike.app.risk_start import RiskStart
from alphastrike.domain.errors import VenueError
from alphastrike.domain.orders import OrderType, UnifiedFill
from alphastrike.domain.practice import Execution, OrderMoved
from alphastrike.live import journal as journal_module
from alphastrike.live.codec import decode
from alphastrike.live.journal import read_journal
from alphastrike.live.order_box import drop_order
from alphastrike.live.retracing import Retracer
from alphastrike.live.told import STOP
from alphastrike.marketdata.synthetic.config import SyntheticConfig, embedded_default
from alphastrike.marketdata.synthetic.market import generate
from alphastrike.simulator.feed import CandleFeed, practice_instrument
from alphastrike.transport.clock import LoopClock
from alphastrike.transport.virtual_time import run_in_simulated_time
from tests.markets import EAGER, configured
from tests.mortal import (
    Killed,
    MortalConnector,
    MortalFiles,
    MortalSender,
    Process,
)

SYMBOLS = ("BTCUSDT", "ETHUSDT")
INSTRUMENTS = (
    practice_instrument("BTCUSDT", "0.1", "0.001"),
    practice_instrument("ETHUSDT", "0.01", "0.01"),
)
PAST_HOURS = 73
INTERVAL_S = 300
CONFIG = configured(
    paper={"interval": "5m", "warm_up_days": 3, "most_days": 20},
    strategy={"name": "ema_cross"},
    data={"symbols": list(SYMBOLS)},
    **EAGER,
)


def a_market(hours: int, seed: int = 5):
    """Five-minute candles of two symbols: `hours` after a past that is long enough to warm up on."""
    settings = embedded_default().model_dump() | {
        "symbols": SYMBOLS,
        "length_hours": PAST_HOURS + hours + 2,
        "interval": "5m",
        "seed": seed,
    }
    return generate(SyntheticConfig.model_validate(settings)).history


@dataclass
class Exposure:
    """How long each position stood without a working stop, exchange seconds while the venue was in reach."""

    host: Any
    since_ms: dict[str, int] = field(default_factory=dict)
    longest_s: float = 0.0
    worst: str = ""
    landed: list[str] = field(default_factory=list)
    order_landed: asyncio.Event = field(default_factory=asyncio.Event)

    def look(self, event: Any = None) -> None:
        if isinstance(event, OrderMoved) and event.change is Execution.NEW:
            self.landed.append(event.order.order.client_order_id)
            self.order_landed.set()
        exchange = self.host.exchange
        account, now_ms = exchange.accounts[0], exchange.now_ms
        held = {each.symbol: each.quantity for each in account.positions()}
        for symbol in SYMBOLS:
            quantity = held.get(symbol, Decimal(0))
            covered = sum(
                (
                    each.order.quantity - each.result.filled_quantity
                    for each in account.orders(symbol, working=True)
                    if each.order.order_type is OrderType.STOP_MARKET and each.order.side * quantity < 0
                ),
                Decimal(0),
            )
            if abs(quantity) <= covered:
                self.since_ms.pop(symbol, None)
                continue
            seconds = (now_ms - self.since_ms.setdefault(symbol, now_ms)) / 1000
            if seconds > self.longest_s:
                self.longest_s, self.worst = seconds, f"{symbol} {quantity} at {now_ms}"


@dataclass
class Ground:
    """A practice exchange that has lived through the past, and a state folder."""

    name: str
    state: Path
    host: Any
    clock: LoopClock
    exposure: Exposure
    chaos: Any
    said: list[str] = field(default_factory=list)
    pictures: list[Any] = field(default_factory=list)

    @property
    def account(self) -> Any:
        return self.host.exchange.accounts[0]

    async def session(
        self,
        process: Process,
        *,
        hours: float,
        config=CONFIG,
        terms=None,
        fresh=False,
        files=None,
        around=None,
    ) -> Any:
        """One process, until it has traded for so long, is told to stop, or dies.

        `around` changes what surrounds it: wire, clock.
        """
        adapter = available("adapters")[self.name]()
        access = practice_access(self.host, self.clock, seed=1)
        access = type(access)(
            MortalSender(access.sender, process),
            MortalConnector(access.connector, process),
            access.clock,
            access.chance,
            access.credentials,
            access.endpoints,
        )
        access = access if around is None else around(access)
        terms = terms or LiveTerms(duration_ms=int(hours * 3_600_000))
        journal_module.os = files or MortalFiles(process)
        try:
            session = open_session(self.state, is_fresh=fresh)
            show = (self.pictures.append, self.said.append)
            work = asyncio.create_task(live_on_venue(config, session, terms, (adapter, access), show))
            dying = asyncio.create_task(process.died.wait())
            await asyncio.wait({work, dying}, return_when=asyncio.FIRST_COMPLETED)
            dying.cancel()
            if not process.is_dead:
                return await work
            work.cancel()
            with suppress(asyncio.CancelledError, Killed, Exception):
                await work
            for line in tuple(self.host.lines):
                self.host.drop(line)
            return None
        finally:
            journal_module.os = os


async def on_ground(
    name: str, state: Path, work: Any, *, hours: int, faults=(), seed: int = 5, equity: float = 100_000.0
) -> Any:
    """Run `work(ground)` beside a practice exchange of this adapter's dialect."""
    adapter = available("adapters")[name]()
    history = a_market(hours, seed)
    clock = LoopClock(int(history.open_time_ms[0]) + PAST_HOURS * 3_600_000 + 60_000)
    plan = PracticePlan(adapter.dialect, initial_equity=equity)
    host, chaos = open_chaos(plan, CandleFeed(history, INSTRUMENTS, parts=1), faults)
    ground = Ground(name, state, host, clock, Exposure(host), chaos)
    host.exchange.advance(clock.start_ms)
    host._ticked_ms = clock.start_ms  # nobody was connected in the past
    host.exchange.listen(ground.exposure.look)
    asyncio.get_running_loop().set_exception_handler(_but_not_of_the_dead)
    running = asyncio.create_task(host.run(clock))
    watching = asyncio.create_task(_watch(ground.exposure))
    try:
        return await work(ground)
    finally:
        for task in (running, watching):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(ground, holds, *, longest_s=3_600):
    """Let the session trade until something holds."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + longest_s
    while not holds():
        assert loop.time() < ends, "it never came about"
        await asyncio.sleep(0.5)


def _but_not_of_the_dead(loop: Any, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)


async def _watch(exposure: Exposure) -> None:
    while True:
        exposure.look()
        await asyncio.sleep(0.5)


def journaled_fills(state: Path) -> list[UnifiedFill]:
    """The fills in the journal, in order."""
    return [
        decode(record.data["event"]).fill
        for record in read_journal(journal_path(state))
        if record.kind == "step" and (record.data["event"] or {}).get("is") == "FillReceived"
    ]


def facts_of(fills: Iterable[UnifiedFill]) -> list[tuple[Any, ...]]:
    """What happened, whatever number a venue's wire gives it."""
    return sorted((fill.symbol, fill.side, fill.quantity, fill.price) for fill in fills)


def a_chance(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@dataclass
class KillRun:
    """What a session that was killed again and again left behind, beside what the venue has."""

    kills: int
    landed: list[str]
    journaled: list[tuple[Any, ...]]
    executed: list[tuple[Any, ...]]
    wallets: tuple[float, float]
    positions: tuple[dict[str, Decimal], dict[str, Decimal]]
    unprotected_s: float
    where: str
    closes: int
    notes: list[str]


def kill_run(
    name: str, state: Path, *, seed: int, hours: int, kills: int, faults=(), config=CONFIG
) -> KillRun:
    """One live session of so many hours, killed at seeded points and started again each time."""
    work = _killed_again_and_again(seed, hours, kills, config)
    return run_in_simulated_time(on_ground(name, state, work, hours=hours + 2, faults=faults))


def _killed_again_and_again(seed: int, hours: int, kills: int, config: Any) -> Any:
    chance = a_chance(seed)
    # Half of the deaths come a few acts after an order begins to leave, half a few acts after some instant.
    plan = sorted(
        (float(chance.uniform(60, hours * 3600)), bool(chance.random() < 0.5), int(chance.integers(1, 30)))
        for _ in range(kills)
    )

    async def work(ground: Ground) -> KillRun:
        died = 0
        ends_s = (*(at_s for at_s, _, _ in plan[1:]), hours * 3600.0)
        for (at_s, at_an_order, acts), latest_s in zip(plan, ends_s, strict=True):
            process = Process()
            waits_s = latest_s - at_s if at_an_order else 0.0
            doom = asyncio.create_task(_doom(ground, process, at_s, acts, waits_s))
            await _supervised(ground, process, hours=hours * 2, config=config)
            doom.cancel()
            died += process.is_dead
            await asyncio.sleep(0.2)
        last = Process()
        ending = asyncio.create_task(_told_to_stop(ground, hours * 3600 + 300))
        await _supervised(ground, last, hours=hours * 2, config=config)
        ending.cancel()
        return _left_behind(ground, died)

    return work


async def _supervised(ground: Ground, process: Process, **options: Any) -> None:
    """A session; one that could not begin because the venue is out of reach is begun again."""
    while True:
        said = len(ground.said)
        try:
            await ground.session(process, **options)
        except VenueError:
            if process.is_dead or any("armed" in line for line in ground.said[said:]):
                raise
            await asyncio.sleep(1.0)
        else:
            return


async def _doom(ground: Ground, process: Process, at_s: float, acts: int, waits_s: float) -> None:
    """Ends a process so many acts after an instant, or after the next order begins to leave.

    No order is waited for into the next death's time: where trading is halted, none comes.
    """
    loop = asyncio.get_running_loop()
    await asyncio.sleep(max(0.0, at_s - loop.time()))
    if waits_s > 0.0:
        ground.exposure.order_landed.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(ground.exposure.order_landed.wait(), waits_s)
        acts = acts % 12
    process.dies_at = process.acts + acts


async def _told_to_stop(ground: Ground, at_s: float) -> None:
    await asyncio.sleep(max(0.0, at_s - asyncio.get_running_loop().time()))
    drop_order(ground.state, STOP)


def _left_behind(ground: Ground, died: int) -> KillRun:
    account = ground.account
    records = list(read_journal(journal_path(ground.state)))
    wallet, quantities = believed(ground.state)
    return KillRun(
        kills=died,
        landed=ground.exposure.landed,
        journaled=facts_of(journaled_fills(ground.state)),
        executed=facts_of(account.fills()),
        wallets=(wallet, float(account.balance().wallet)),
        positions=(quantities, {each.symbol: each.quantity for each in account.positions()}),
        unprotected_s=ground.exposure.longest_s,
        where=ground.exposure.worst,
        closes=sum(record.kind == "heard" for record in records),
        notes=[record.data["text"] for record in records if record.kind == "note"],
    )


def believed(state: Path) -> tuple[float, dict[str, Decimal]]:
    """What a fresh engine that has handled the journal believes; every answer is held against it."""
    path = journal_path(state)
    header, *records = read_journal(path)
    run = open_paper(
        config_of(path, header.data),
        market_of(CONFIG, path, header.data),
        RiskStart.parsed(header.data["risk_start"]),
        LIVE,
    )
    retracer = Retracer(run.engine)
    for record in records:
        if record.kind != "end":
            retracer.retrace(record)
    books = DeskBooks(run.assembly.desk, run.assembly.instruments, run.provenance.run_id)
    quantities = {symbol: books.quantity(symbol) for symbol in SYMBOLS}
    return books.wallet(), {symbol: quantity for symbol, quantity in quantities.items() if quantity}


def assert_unharmed(run: KillRun) -> None:
    """The oracles of every killed session."""
    assert run.journaled == run.executed, "a fill was lost or booked twice"
    assert len(run.landed) == len(set(run.landed)), "an order landed twice"
    assert run.positions[0] == run.positions[1]
    assert abs(run.wallets[0] - run.wallets[1]) < 0.01, run.wallets
    assert run.unprotected_s <= 5.0, run.where
