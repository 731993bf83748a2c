"""Connecting to a venue for a session: tried once at a first start, again where a journal goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.kept_market import saved_market
from alphastrike.app.paper_market import PaperMarket
from alphastrike.app.paper_session import Session
from alphastrike.app.venue_feed import venue_market
from alphastrike.domain.errors import VenueOutcomeUnknown, VenueUnreachable
from alphastrike.transport.adapter import VenueConnection
from alphastrike.transport.clock import Clock

Say = Callable[[str], None]
Look = Callable[[VenueConnection, PaperMarket], Awaitable[None]]
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0


async def connected(
    config: AlphaStrikeConfig,
    session: Session,
    opened: tuple[Callable[[], VenueConnection], Clock],
    say: Say,
    look: Look | None = None,
) -> tuple[VenueConnection, PaperMarket]:
    """A connected venue that `look` is content with, and the session's market.

    A first start out of the venue's reach raises `VenueUnreachable`: what was typed may be wrong. A journal
    that goes on may have positions, so it is tried again and again until the venue answers or a stop is
    asked for; whatever the venue refuses is raised at once.
    """
    wait_s = _FIRST_WAIT_S
    while True:
        try:
            return await _tried(config, session, opened, say, look)
        except (VenueUnreachable, VenueOutcomeUnknown) as fault:
            if not session.earlier:
                raise
            say(f"the venue is out of reach: {fault}; tried again in {wait_s:.0f} s")
            await session.nap(wait_s)
            if session.stopping.is_asked:
                raise
        wait_s = min(2.0 * wait_s, _LONGEST_WAIT_S)


async def _tried(
    config: AlphaStrikeConfig,
    session: Session,
    opened: tuple[Callable[[], VenueConnection], Clock],
    say: Say,
    look: Look | None,
) -> tuple[VenueConnection, PaperMarket]:
    """The same, tried once; whatever fails leaves no connection open."""
    open_connection, clock = opened
    connection = open_connection()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(lambda: asyncio.shield(connection.close()))
        await connection.connect()
        if session.earlier:
            market = saved_market(session.journal, session.earlier[0].data)
        else:
            market = await venue_market(config, connection, clock, say)
        if look is not None:
            await look(connection, market)
        stack.pop_all()
    return connection, market
