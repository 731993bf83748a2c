"""Starting a live session: connect, look at everything, go on with the journal, reconcile, arm."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.correspondence import corresponding
from alphastrike.app.kept_market import keep_market
from alphastrike.app.live_evidence import evidence_check
from alphastrike.app.live_session import LiveSession, Reach, Say
from alphastrike.app.modes import LIVE
from alphastrike.app.paper import bars_of, open_paper, readiness
from alphastrike.app.paper_entry import Watch, say_start
from alphastrike.app.paper_market import PaperMarket
from alphastrike.app.paper_session import Session
from alphastrike.app.retrace import config_of
from alphastrike.app.venue_feed import VenueFeed
from alphastrike.app.venue_start import connected
from alphastrike.backtest.result import RunResult
from alphastrike.domain.account import MarginMode
from alphastrike.domain.commands import PlaceOrder
from alphastrike.domain.errors import NotArmed
from alphastrike.live.codec import decode
from alphastrike.live.driver import STEP
from alphastrike.live.preflight import Check, PreflightTerms, failed, preflight
from alphastrike.transport.adapter import VenueAccess, VenueConnection, WireAdapter


@dataclass(frozen=True, slots=True)
class LiveTerms:
    """What was asked for. `duration_ms` is None without an end; `settings` are the adapter's own."""

    duration_ms: int | None = None
    is_adopting: bool = False
    settings: Any = None
    is_real_money: bool = False
    validated_by: Path | None = None  # a backtest of the same settings
    is_unvalidated: bool = False  # the operator knows that there is none


async def live_on_venue(
    config: AlphaStrikeConfig,
    session: Session,
    terms: LiveTerms,
    reach: tuple[WireAdapter, VenueAccess],
    show: tuple[Watch, Say],
) -> RunResult:
    """Trade an account at a venue; `NotArmed` when it is not as trading needs it."""
    adapter, access = reach
    watch, say = show

    async def look(connection: VenueConnection, market: PaperMarket) -> None:
        if terms.is_adopting and not session.earlier:
            for instrument in market.instruments or ():
                await connection.rest.cancel_all(instrument.symbol)
        may_lack = terms.is_unvalidated or not terms.is_real_money
        evidence = evidence_check(config, terms.validated_by, may_lack=may_lack)
        wanted = _wanted(config, session, terms, market)
        _check((*await preflight(connection, access.clock, wanted), evidence), say)

    opened = (lambda: adapter.open(terms.settings or adapter.Config(), access), access.clock)
    connection, market = await connected(config, session, opened, say, look)
    try:
        funded = await _funded(config, session, connection, market)
        say("warming up on the market's past")
        run = open_paper(funded, market, session.risk, LIVE)
        say_start(session, run, say)
        say(readiness(run))
        if not session.earlier:
            keep_market(session.journal, run, market)
        with corresponding(funded, run.assembly.circuit, say) as advice:
            live = LiveSession(session, run, Reach(connection, access.clock, watch, say), advice)
            feed = VenueFeed(connection, market, access.clock)
            return await live.trade(feed, bars_of(run, terms.duration_ms))
    finally:
        await asyncio.shield(connection.close())


def _wanted(
    config: AlphaStrikeConfig, session: Session, terms: LiveTerms, market: PaperMarket
) -> PreflightTerms:
    if config.risk.stop == "none":
        raise NotArmed("risk.stop: observed none, allowed a protective stop: live positions have one each")
    return PreflightTerms(
        instruments=market.instruments or (),
        leverage=config.venue.leverage,
        margin_mode=MarginMode(config.venue.margin_mode),
        most_clock_skew_ms=config.live.most_clock_skew_ms,
        least_balance=config.live.least_balance,
        known_orders=_orders_of(session),
        knows_positions=bool(session.earlier) or terms.is_adopting,
        refuses_withdrawal=terms.is_real_money,
    )


def _check(checks: tuple[Check, ...], say: Say) -> None:
    for check in checks:
        say(check.line())
    wrong = failed(checks)
    if wrong:
        words = (f"{check.name}: observed {check.observed}, allowed {check.allowed}" for check in wrong)
        raise NotArmed("; ".join(words))


def _orders_of(session: Session) -> tuple[tuple[str, str], ...]:
    """(symbol, client id) of every order the journal may have sent, in its order."""
    return tuple(
        (command.order.symbol, command.order.client_order_id)
        for record in session.earlier
        if record.kind == STEP
        for command in map(decode, record.data["commands"])
        if isinstance(command, PlaceOrder)
    )


async def _funded(
    config: AlphaStrikeConfig, session: Session, connection: VenueConnection, market: PaperMarket
) -> AlphaStrikeConfig:
    """The configuration with the account's money at the first start of this journal."""
    if session.earlier:
        equity = config_of(session.journal, session.earlier[0].data).backtest.initial_equity
    else:
        asset = (market.instruments or ())[0].quote_asset
        balances = await connection.rest.get_balances()
        equity = float(sum(each.wallet for each in balances if each.asset == asset))
    backtest = config.backtest.model_copy(update={"initial_equity": equity})
    return config.model_copy(update={"backtest": backtest})
