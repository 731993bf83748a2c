"""What the account looks like from here, kept equal to the venue's by streams and by asking what they missed.

Works over the two exchange protocols, so over every adapter. An order is sent once; when its outcome is
unknown it is looked for by its client id until the venue says what became of it, or until no copy of it can
still be on its way. Only an order that can do nothing but reduce is sent again under the same id: at once
where it never left, after the first look where nobody has seen it. A venue takes an id once, so two of it
cannot work.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from alphastrike.domain.account import AccountNews
from alphastrike.domain.errors import (
    DuplicateOrderId,
    UnknownSymbol,
    VenueError,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueUnreachable,
)
from alphastrike.domain.orders import OrderState, UnifiedOrder, UnifiedOrderResult
from alphastrike.domain.streams import StreamChanged, StreamState
from alphastrike.transport.account_listener import AccountListener, Nobody
from alphastrike.transport.adapter import VenueConnection

ENDED = frozenset({OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED})
_MOST_ENDED = 1_000
T = TypeVar("T")
_ACCOUNT_TOPIC = "user"  # how every adapter's topics of the account begin


@dataclass(frozen=True, slots=True)
class MirrorTerms:
    """Seconds. A signed request older than the venue's window is refused, so none lands after `doubt_s`."""

    probe_every_s: float = 0.5
    doubt_s: float = 20.0
    look_every_s: float = 20.0
    poll_every_s: float = 2.0  # while a stream of the account is not live


@dataclass(slots=True)
class AccountMirror:
    """Orders by client id, signed positions by symbol, wallet by asset, as believed here."""

    connection: VenueConnection
    terms: MirrorTerms = field(default_factory=MirrorTerms)
    listener: AccountListener = field(default_factory=Nobody)
    orders: dict[str, UnifiedOrderResult] = field(default_factory=dict)
    positions: dict[str, Decimal] = field(default_factory=dict)
    wallets: dict[str, Decimal] = field(default_factory=dict)
    reconciliations: int = 0
    is_answered: bool = True  # whether the venue answered when it was last asked about the account
    _sent: dict[str, UnifiedOrder] = field(default_factory=dict)
    _doubted_s: dict[str, float] = field(default_factory=dict)
    _unsent: set[str] = field(default_factory=set)
    _ever_doubted: set[str] = field(default_factory=set)  # and not known to have ended
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _has_reconciled: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: deque[str] = field(default_factory=deque)
    _count: int = 0  # of account news heard
    _silent: set[str] = field(default_factory=set)  # topics of the account that are not live

    async def start(self) -> None:
        """Listen, and ask for everything once; the connection is connected."""
        streams = self.connection.websocket
        self._follow(streams.orders(), self._heard_order)
        self._follow(streams.fills(), self.listener.filled)
        self._follow(streams.account_news(), self._heard_news)
        self._follow(streams.stream_changes(), self._heard_change)
        self._tasks.append(asyncio.create_task(self._reconciling()))
        self._wanted.set()
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def in_doubt(self) -> tuple[str, ...]:
        """Client ids of orders whose outcome is unknown."""
        return tuple(self._doubted_s)

    def doubts(self, symbol: str) -> bool:
        """Whether the outcome of any of a symbol's orders is unknown."""
        return any(self._sent[client_id].symbol == symbol for client_id in self._doubted_s)

    @property
    def silent_topics(self) -> frozenset[str]:
        """Streams of the account that are not live: what happens there is learnt by asking, later."""
        return frozenset(self._silent)

    def order_sent(self, client_id: str) -> UnifiedOrder | None:
        """An order as it was sent, as long as it is remembered."""
        return self._sent.get(client_id)

    def orders_of(self, symbol: str) -> tuple[UnifiedOrderResult, ...]:
        """What is known of a symbol's orders, ended ones included."""
        return tuple(each for each in self.orders.values() if each.symbol == symbol)

    def working_ids(self, symbol: str) -> tuple[str, ...]:
        """Client ids of a symbol's orders that have not ended."""
        return tuple(
            key for key, each in self.orders.items() if each.symbol == symbol and each.state not in ENDED
        )

    def look_again(self) -> None:
        """Reconcile now instead of when it is due."""
        self._wanted.set()

    def adopt(self, order: UnifiedOrder) -> None:
        """Know an order that may have been sent before this process began; it is looked for first."""
        client_id = order.client_order_id
        self._sent[client_id] = order
        self.orders[client_id] = UnifiedOrderResult(order.symbol, client_id, "", OrderState.UNKNOWN)
        self._doubt(client_id)

    async def submit(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order, once. A refusal is a result; UNKNOWN is looked into until it is known."""
        client_id = order.client_order_id
        self._sent[client_id] = order
        self.orders[client_id] = UnifiedOrderResult(order.symbol, client_id, "", OrderState.PENDING)
        await self._send(order)
        return self.orders[client_id]

    async def cancel(self, client_id: str) -> None:
        """Cancel an order; what became of it is learnt like everything else."""
        if client_id not in self._sent:
            return
        if client_id in self._unsent:
            self._end(client_id, "taken back before it was sent", OrderState.CANCELED)
            return
        try:
            answer = await self.connection.rest.cancel_order(self._sent[client_id].symbol, client_id)
        except VenueError:
            self._wanted.set()
        else:
            self._heard_order(answer)

    async def _send(self, order: UnifiedOrder) -> None:
        client_id = order.client_order_id
        self._unsent.discard(client_id)
        try:
            self._heard_order(await self.connection.rest.place_order(order))
        except (VenueOutcomeUnknown, DuplicateOrderId):
            self._doubt(client_id)
        except VenueUnreachable as refusal:
            if not order.only_protects:
                self._end(client_id, str(refusal))
                return
            self._unsent.add(client_id)
            self._wanted.set()
        except VenueRejected as refusal:
            self._end(client_id, str(refusal))

    async def reconcile(self) -> bool:
        """Ask for positions, balances and every order not known to have ended; false when that failed."""
        async with self._asking:
            return await self._reconcile()

    async def _reconcile(self) -> bool:
        rest = self.connection.rest
        try:
            for client_id in [key for key, each in self.orders.items() if each.state not in ENDED]:
                await self._look_up(client_id)
            before = self._count
            positions, balances = await rest.get_positions(), await rest.get_balances()
            if before == self._count:  # else what was streamed meanwhile is newer
                self.positions = {each.symbol: each.quantity for each in positions}
                self.wallets = {each.asset: each.wallet for each in balances}
                self.listener.account_read(positions, balances)
            else:
                self._wanted.set()
        except VenueError:
            self.is_answered = False
            return False
        self.is_answered = True
        self.reconciliations += 1
        self._has_reconciled.set()
        return True

    async def reconciled(self) -> None:
        """Wait until the venue has been asked for everything once."""
        await self._has_reconciled.wait()

    async def _look_up(self, client_id: str) -> None:
        """Ask for one order; one the venue has never seen is given up when no copy can still arrive."""
        order = self._sent[client_id]
        if client_id in self._unsent:
            await self._send(order)
            return
        try:
            found = await self.connection.rest.get_order(order.symbol, client_id)
        except UnknownSymbol:
            self._end(client_id, "its symbol is not listed any more", OrderState.CANCELED)
            return
        if found is not None:
            self._doubted_s.pop(client_id, None)
            self._heard_order(found)
        elif client_id in self._doubted_s and order.only_protects:
            await self._send(order)
        elif client_id in self._doubted_s and _now() - self._doubted_s[client_id] >= self.terms.doubt_s:
            self._end(client_id, "never reached the venue")

    async def _reconciling(self) -> None:
        terms = self.terms
        while True:
            wait_s = terms.poll_every_s if self._silent else terms.look_every_s
            wait_s = terms.probe_every_s if self._doubted_s or self._unsent else wait_s
            try:
                async with asyncio.timeout(wait_s):
                    await self._wanted.wait()
            except TimeoutError:
                pass
            self._wanted.clear()
            if not await self.reconcile():
                self._wanted.set()
                await asyncio.sleep(terms.probe_every_s)

    def _follow(self, stream: AsyncIterator[T], hear: Callable[[T], Any]) -> None:
        async def follow() -> None:
            async for message in stream:
                hear(message)

        self._tasks.append(asyncio.create_task(follow()))

    def _heard_order(self, order: UnifiedOrderResult) -> None:
        """Believe news that go forward; an order that has ended stays ended."""
        known = self.orders.get(order.client_order_id)
        if known is None:
            return  # not ours: a liquidation, or somebody at the venue's own screen
        if known.state in ENDED and known.state is not OrderState.REJECTED:
            return
        if order.filled_quantity < known.filled_quantity:
            return
        self.orders[order.client_order_id] = order
        if order.state is OrderState.UNKNOWN:
            self._doubt(order.client_order_id)
        else:
            self._doubted_s.pop(order.client_order_id, None)
        if (order.state, order.filled_quantity) != (known.state, known.filled_quantity):
            if order.client_order_id in self._ever_doubted:
                self._wanted.set()  # of an order sent in parts, not all of them may have arrived
            self._tell(order)

    def _heard_news(self, news: AccountNews) -> None:
        self._count += 1
        for position in news.positions:
            self.positions[position.symbol] = position.quantity
            if not position.quantity:
                del self.positions[position.symbol]
        for balance in news.balances:
            self.wallets[balance.asset] = balance.wallet

    def _heard_change(self, change: StreamChanged) -> None:
        if change.state is StreamState.LIVE:
            self._silent.discard(change.topic)
            self._wanted.set()  # whatever happened while it was not
        elif change.topic.startswith(_ACCOUNT_TOPIC):
            self._silent.add(change.topic)
            self._wanted.set()

    def _doubt(self, client_id: str) -> None:
        self.orders[client_id] = replace(self.orders[client_id], state=OrderState.UNKNOWN)
        self._doubted_s.setdefault(client_id, _now())
        self._ever_doubted.add(client_id)
        self._wanted.set()

    def _end(self, client_id: str, why: str, state: OrderState = OrderState.REJECTED) -> None:
        self._doubted_s.pop(client_id, None)
        self._unsent.discard(client_id)
        self.orders[client_id] = replace(self.orders[client_id], state=state, message=why)
        self._tell(self.orders[client_id])

    def _tell(self, order: UnifiedOrderResult) -> None:
        """Tell of a change; of orders that ended only the latest are remembered."""
        self.listener.order_changed(order)
        if order.state in ENDED:
            self._ever_doubted.discard(order.client_order_id)
            self._ended.append(order.client_order_id)
        while len(self._ended) > _MOST_ENDED:
            oldest = self._ended.popleft()
            self.orders.pop(oldest, None)
            self._sent.pop(oldest, None)


def _now() -> float:
    return asyncio.get_running_loop().time()
