"""Starting a paper session: on the embedded market, or on a venue's public one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.kept_market import keep_market
from alphastrike.app.paper import PaperRun, open_paper
from alphastrike.app.paper_market import embedded_market
from alphastrike.app.paper_session import Session, run_session
from alphastrike.app.risk_start import told_start
from alphastrike.app.venue_feed import VenueFeed
from alphastrike.app.venue_start import connected
from alphastrike.backtest.result import RunResult
from alphastrike.live.pacing import Pace
from alphastrike.live.picture import Picture
from alphastrike.transport.adapter import VenueAccess, VenueConnection, WireAdapter

Say = Callable[[str], None]
Watch = Callable[[Picture], None]


@dataclass(frozen=True, slots=True)
class PaperTerms:
    """What was asked for. `duration_ms` is market time, None without an end."""

    speed: float
    duration_ms: int | None


async def paper_embedded(
    config: AlphaStrikeConfig, session: Session, terms: PaperTerms, watch: Watch, say: Say
) -> RunResult:
    """Trade the embedded market."""
    say("warming up on the market's past")
    market, feed = embedded_market(config, Pace(terms.speed, sleep=session.nap, settle=session.settle))
    run = open_paper(config, market, session.risk)
    say_start(session, run, say)
    return await run_session(session, run, feed, (watch, say), terms.duration_ms)


async def paper_on_venue(
    config: AlphaStrikeConfig,
    session: Session,
    terms: PaperTerms,
    reach: tuple[WireAdapter, VenueAccess],
    show: tuple[Watch, Say],
) -> RunResult:
    """Trade a venue's live market; orders stay here."""
    adapter, access = reach
    say = show[1]
    opened = (lambda: adapter.open(adapter.Config(), access), access.clock)
    connection, market = await connected(config, session, opened, say)
    stopper = asyncio.create_task(_close_when_told(session, connection))
    try:
        say("warming up on the market's past")
        run = open_paper(config, market, session.risk)
        say_start(session, run, say)
        if not session.earlier:
            keep_market(session.journal, run, market)
        feed = VenueFeed(connection, market, access.clock)
        return await run_session(session, run, feed, show, terms.duration_ms)
    finally:
        stopper.cancel()
        await connection.close()


def say_start(session: Session, run: PaperRun, say: Say) -> None:
    """What a run goes on with: a journal, a risk state."""
    if session.earlier:
        steps = len(session.earlier) - 1
        say(f"going on with run {run.provenance.run_id}: {steps} journaled lines are lived through again")
    told = told_start(run.assembly.desk, session.risk, run.risk_fault)
    if told is not None:
        say(told)


async def _close_when_told(session: Session, connection: VenueConnection) -> None:
    """End the feed at once: a close may be an hour away."""
    await session.nap(float("inf"))
    await connection.close()
