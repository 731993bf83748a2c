"""The account at a venue, as the driver sees it: commands go out, what becomes of them comes in as events.

The events are those of the simulated venue. The venue is right about everything: whenever its account and the
engine's differ for longer than news can take, the difference is explained, told to the engine and noted.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from alphastrike.domain.account import UnifiedBalance, UnifiedPosition
from alphastrike.domain.commands import CancelOrder, Command, PlaceOrder
from alphastrike.domain.events import Event, FillReceived, FundingAnnounced, OrderChanged
from alphastrike.domain.orders import OrderState, UnifiedFill, UnifiedOrderResult
from alphastrike.live.account_books import AccountBooks
from alphastrike.live.account_reconciler import AccountReconciler, Listening, Trader
from alphastrike.live.dead_man import DeadManSwitch
from alphastrike.live.dispatching import Dispatcher
from alphastrike.live.inbox import Inbox
from alphastrike.live.known_fills import KnownFills
from alphastrike.live.news import Noted
from alphastrike.live.parts import Heard
from alphastrike.live.stop_guard import StopGuard
from alphastrike.live.strangers import Strangers
from alphastrike.live.venue_health import VenueHealth
from alphastrike.transport.account_mirror import ENDED, AccountMirror

# Fills speak for themselves, and what is not known yet is no news.
_NO_CHANGE = frozenset(
    {OrderState.PENDING, OrderState.PARTIALLY_FILLED, OrderState.FILLED, OrderState.UNKNOWN}
)
_RETRY_S = 1.0
_MOMENT_S = 0.25


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What an earlier process may have sent and not heard of: orders, and cancellations."""

    orders: tuple[PlaceOrder, ...] = ()
    cancels: tuple[CancelOrder, ...] = ()
    since_ms: int = 0  # when both accounts were last known to be equal


class VenueAccount:
    """`live.parts.Venue` of a real account, and the listener of its mirror."""

    def __init__(self, trader: Trader, books: AccountBooks, known: KnownFills) -> None:
        """Ask and send nothing yet. `known` is what earlier processes have booked."""
        self.inbox = Inbox()
        self.mirror = AccountMirror(trader.connection, listener=self)
        self.switch = DeadManSwitch(trader.connection, self.mirror, trader.symbols)
        self.dispatcher = Dispatcher(self.mirror, self.switch.disarm_for, self.inbox.fail)
        self._trader = trader
        self._known = known
        self._books = books
        listening = Listening(self.filled, self.mirror.reconcile, lambda: self.is_still)
        self.reconciler = AccountReconciler(trader, books, known, self.inbox, listening)
        self.guard = StopGuard(books, trader, self.inbox, self.dispatcher.is_idle)
        self.strangers = Strangers(trader, self.mirror, self._note)
        self.health = VenueHealth(self.mirror, trader.clock, self.inbox)
        self._suspect = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, left: Unsettled) -> None:
        """Listen, look for what an earlier process left, and reconcile; the inbox must be read meanwhile."""
        self.reconciler.exact_ms = left.since_ms or self.reconciler.exact_ms
        for command in left.orders:
            self._known.expect(command)
            self.mirror.adopt(command.order)
        await self.mirror.start()
        await self.mirror.reconciled()
        for cancel in left.cancels:
            self.dispatcher.send(cancel)
        await self._reconcile()
        works = (self.guard, self.switch, self.strangers, self.health)
        self._tasks = [asyncio.create_task(work.run()) for work in works]
        self._tasks.append(asyncio.create_task(self._reconciling()))
        for task in self._tasks:
            task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Listen and send no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.dispatcher.stop()
        await self.switch.close()
        await self.mirror.stop()

    # What the driver asks.

    def live_through(self, heard: Heard) -> tuple[Event, ...]:
        """What is expected next of the funding just settled; all else comes by itself."""
        close_ms = heard.candles.close_time_ms
        latest = {rate.symbol: rate for rate in heard.funding}
        return tuple(
            FundingAnnounced(close_ms, rate.symbol, rate.rate, rate.funding_time_ms + rate.interval_ms)
            for rate in latest.values()
        )

    def send(self, command: Command, now_ms: int) -> tuple[Event, ...]:  # noqa: ARG002 - as every venue
        """Put a command on its way; the answer comes by itself."""
        if isinstance(command, PlaceOrder):
            self._known.expect(command)
        self.dispatcher.send(command)
        return ()

    async def sent(self) -> None:
        """Until everything was answered, though not for long: nothing waits for a slow venue."""
        await self.dispatcher.settled(_MOMENT_S)

    # What the mirror tells.

    def order_changed(self, order: UnifiedOrderResult) -> None:
        """The venue's word on an order of ours."""
        if order.state not in _NO_CHANGE:
            self._tell_order(order)

    def filled(self, fill: UnifiedFill) -> None:
        """An execution, from the stream or asked for."""
        if fill.symbol not in self._trader.symbols:
            self._note(f"{fill.symbol}: a fill of {fill.quantity} in a symbol that is not traded here")
            return
        fill = self._known.attributed(fill, self.mirror.orders_of(fill.symbol))
        if self._known.is_new(fill):
            reason = self._known.reason(fill)
            if not self._known.is_ours(fill):
                whose = "by the venue" if fill.is_liquidation else "by an order that is not ours"
                self._note(f"{fill.symbol}: {fill.side.name} {fill.quantity} at {fill.price} {whose}")
            self.inbox.put(FillReceived(fill.event_time_ms, fill, reason))

    def account_read(self, positions: Sequence[UnifiedPosition], balances: Sequence[UnifiedBalance]) -> None:
        """Look closer where the account is not what the engine believes."""
        if self.reconciler.differs(positions, balances):
            self._suspect.set()
            return
        self.reconciler.exact_ms = self._trader.clock.now_ms()
        if self.is_still:
            self._end_orders()

    def _end_orders(self) -> None:
        """With equal accounts, an order that has ended at the venue has nothing more to bring."""
        for _, client_id in self._books.open_orders():
            order = self.mirror.orders.get(client_id)
            if order is not None and order.state in ENDED:
                self._tell_order(order)

    async def _reconciling(self) -> None:
        while True:
            await self._suspect.wait()
            self._suspect.clear()
            await self._reconcile()

    async def _reconcile(self) -> None:
        """However long the venue is out of reach."""
        is_equal = await self.reconciler.reconcile()
        while not is_equal:
            await asyncio.sleep(_RETRY_S)
            is_equal = await self.reconciler.reconcile()

    def _tell_order(self, order: UnifiedOrderResult) -> None:
        now_ms = self._trader.clock.now_ms()
        state, words = order.state, order.message
        self.inbox.put(OrderChanged(now_ms, order.symbol, order.client_order_id, state, words))

    @property
    def is_still(self) -> bool:
        """Whether nothing is on its way in either direction, and no order in doubt."""
        return self.inbox.is_drained and self.dispatcher.is_quiet and not self.mirror.in_doubt

    def _note(self, text: str) -> None:
        self.inbox.put(Noted(self._trader.clock.now_ms(), text))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.inbox.fail(fault)
