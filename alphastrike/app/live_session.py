"""One live session on a state folder: its journal gone on with, its account reconciled, then traded."""

import gc
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from alphastrike.app.correspondence import Correspondence
from alphastrike.app.desk_books import DeskBooks
from alphastrike.app.live_tape import TapedEngine
from alphastrike.app.paper import PaperRun, Trading
from alphastrike.app.paper_market import PaperFeed
from alphastrike.app.paper_session import END, HEADER, Session, check_header, status_of, stopped_by_interrupt
from alphastrike.app.reliving import AskingEngine, Relived, relive
from alphastrike.app.risk_state_file import RiskKeeper
from alphastrike.backtest.result import RunResult
from alphastrike.domain.commands import CancelOrder
from alphastrike.execution.stage import order_number
from alphastrike.live.account_reconciler import Trader
from alphastrike.live.driver import Driver
from alphastrike.live.inbox import News, merged, news_until
from alphastrike.live.journal import Journal
from alphastrike.live.news import Noted
from alphastrike.live.parts import Heard
from alphastrike.live.picture import Picture
from alphastrike.live.state_folder import write_status
from alphastrike.live.stop_proof import UNPROTECTED, prove_stops
from alphastrike.live.told import as_journaled, words_of
from alphastrike.live.venue_account import VenueAccount
from alphastrike.transport.adapter import VenueConnection
from alphastrike.transport.clock import Clock

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Reach:
    """A connected venue, the time, and who is told what."""

    connection: VenueConnection
    clock: Clock
    watch: Callable[[Picture], None]
    say: Say


class LiveSession:
    """Joins an assembled run, its journal and a connected account."""

    def __init__(
        self, session: Session, run: PaperRun, reach: Reach, advice: Correspondence | None = None
    ) -> None:
        """Open the journal; what an earlier process wrote is lived through again at once."""
        check_header(session, run)
        self._advice = session.correspondence = advice
        self._session = session
        self._run = run
        self._reach = reach
        self._journal = Journal.opened(session.journal)
        if self._journal.records == 0:
            self._journal.append(HEADER, run.header, durable=True)
        symbols, instruments = run.market.past.symbols, run.assembly.instruments
        self._trading = Trading(run, self._show)
        self._engine = TapedEngine(self._trading.engine, run.assembly)
        self._books = DeskBooks(run.assembly.desk, instruments, run.provenance.run_id)
        self._keeper = RiskKeeper(run.assembly.desk, symbols, session.state)
        self._agrees = False  # whether the account was as the engine believes when trading ended
        self._is_reliving = True
        self._relived = self._relive()
        self._is_reliving = False
        trader = Trader(reach.connection, reach.clock, symbols, instruments[0].quote_asset)
        self._account = VenueAccount(trader, self._books, self._relived.known)

    async def trade(self, feed: PaperFeed, bars: int) -> RunResult:
        """Until a stop or so many closes; then what is in flight is waited for and stops are proven."""
        driver = Driver(self._engine, self._account, self._journal, self._trading.after_close, self._advice)
        self._session.listen = self._listen
        try:
            with stopped_by_interrupt(self._session.stopping):
                await driver.run(self._inputs(feed, bars), self._session.stopping)
        finally:
            gc.unfreeze()
            await self._account.stop()
            self._journal.close()
        return self._trading.result()

    async def _inputs(self, feed: PaperFeed, bars: int) -> AsyncIterator[Heard | News]:
        if self._relived.half_told is not None:
            yield self._relived.half_told
        started = self._account.start(self._relived.unsettled(self._books))
        async for news in news_until(self._account.inbox, started):
            yield self._said(news)
        self._reach.say("reconciled with the venue: armed")
        gc.collect()
        gc.freeze()  # what the warm-up left stays: looking through it again would hold up an order
        earlier = self._relived.closes
        closes = feed.closes(earlier, len(earlier) + bars)
        async for heard in merged(_after(closes, len(earlier)), self._account.inbox, self._told()):
            yield self._said(heard)
        async for news in news_until(self._account.inbox, self._ending()):
            yield self._said(news)
        if self._is_over():
            self._finish()
        self._session.ended()

    def _said(self, news: Heard | News) -> Heard | News:
        if isinstance(news, Noted):
            self._reach.say(news.text if news.text.startswith(UNPROTECTED) else f"note: {news.text}")
        return news

    def _has_position(self) -> bool:
        return any(self._books.quantity(symbol) for symbol in self._run.market.past.symbols)

    async def _told(self) -> None:
        await self._session.nap(float("inf"))

    def _is_over(self) -> bool:
        """Whether nothing is left at the venue that the next start would have to know of."""
        is_settled = self._agrees and self._account.is_still
        return is_settled and not self._has_position() and not self._books.open_orders()

    async def _ending(self) -> None:
        """Nothing new is decided: wait for what is in flight, compare, and look at every stop."""
        await self._account.dispatcher.settled()
        self._agrees = await self._account.reconciler.reconcile()
        if self._agrees and self._account.is_still:
            self._take_back_orphans()
        await self._account.dispatcher.settled()
        lines = await prove_stops(self._reach.connection, self._account.mirror)
        for line in lines:
            self._account.inbox.put(Noted(self._reach.clock.now_ms(), line))

    def _take_back_orphans(self) -> None:
        """Cancel what protects no position any more: there is no close left at which it would be.

        Only of an account that is as the engine believes: what is unheard or in doubt may be a position.
        """
        now_ms = self._reach.clock.now_ms()
        for symbol, client_id in self._books.open_orders():
            if self._books.quantity(symbol) == 0:
                text = f"{symbol}: {client_id} protects no position any more and is cancelled"
                self._account.inbox.put(Noted(now_ms, text))
                self._account.send(CancelOrder(symbol, client_id, order_number(client_id)), now_ms)

    def _finish(self) -> None:
        """Flat, and nothing works or is on its way: the next start may begin a journal of its own."""
        self._journal.append(END, {"closes": len(self._relived.closes)}, durable=True)

    def _relive(self) -> Relived:
        engine = self._engine if self._advice is None else AskingEngine(self._engine, self._advice)
        first_ms = self._run.market.first_open_ms
        return relive(self._session.earlier[1:], engine, first_ms, self._trading.after_close)

    def _listen(self) -> None:
        """Take what was answered and what was ordered to the engine, through its inbox."""
        now_ms = self._reach.clock.now_ms()
        if self._advice is not None:
            for answer in self._advice.look():
                due_ms = max(answer.event_time_ms, now_ms)
                self._account.inbox.put(as_journaled(replace(answer, event_time_ms=due_ms)))
        self._account.inbox.put(*words_of(self._session.waiting, now_ms))
        self._session.waiting.clear()
        if self._account.is_still and not self._has_position():
            self._session.flat()

    def _show(self, picture: Picture) -> None:
        if self._is_reliving:
            if self._advice is not None:
                self._advice.skip()
            return
        self._keeper.keep(picture.time_ms)
        write_status(self._session.state, status_of(self._run, picture))
        self._reach.watch(picture)
        self._session.obey()


async def _after(closes: AsyncIterator[Heard], known: int) -> AsyncIterator[Heard]:
    """The closes behind those that are known."""
    async for heard in closes:
        if known > 0:
            known -= 1
            continue
        yield heard
