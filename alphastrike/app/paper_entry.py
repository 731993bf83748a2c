"""Starting a paper session: on the embedded market, or on a venue's public one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.paper import PaperRun, open_paper
from alphastrike.app.paper_files import past_path
from alphastrike.app.paper_market import PaperMarket, embedded_market
from alphastrike.app.paper_session import Session, run_session
from alphastrike.app.risk_start import told_start
from alphastrike.app.venue_feed import VenueFeed, market_label, venue_market
from alphastrike.backtest.result import RunResult
from alphastrike.live.pacing import Pace
from alphastrike.live.past import load_past, save_past
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
    connection = adapter.open(adapter.Config(), access)
    await connection.connect()
    stopper = asyncio.create_task(_close_when_told(session, connection))
    try:
        if session.earlier:
            market = saved_market(session.journal, session.earlier[0].data)
        else:
            market = await venue_market(config, connection, access.clock, say)
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


def keep_market(journal: Path, run: PaperRun, market: PaperMarket) -> None:
    """Keep the market as it was at the first close beside the journal."""
    path = past_path(journal, run.provenance.run_id)
    save_past(path, market.past, market.funding, market.instruments or ())


def saved_market(journal: Path, header: dict[str, str]) -> PaperMarket:
    """The market of a journal on a venue, as it was at the first close."""
    past, funding, listed = load_past(past_path(journal, str(header.get("run_id"))))
    first_open_ms = int(past.open_time_ms[-1]) + past.interval_ms
    label = str(header.get("market"))
    return PaperMarket(past, funding, listed, first_open_ms, label, is_synthetic=False)


def market_of(config: AlphaStrikeConfig, journal: Path, header: dict[str, str]) -> PaperMarket:
    """The market a journal's run was built on."""
    if str(header.get("market")).startswith(market_label("")):
        return saved_market(journal, header)
    return embedded_market(config, Pace(float("inf")))[0]


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
