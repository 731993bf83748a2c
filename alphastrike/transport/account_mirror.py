"""What the account looks like from here, kept equal to the venue's by streams and by asking what they missed.

Works over the two exchange protocols, so over every adapter. An order is sent once; when its outcome is
unknown it is looked for by its client id until the venue says what became of it, or until no copy of it can
still be on its way.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from alphastrike.domain.account import AccountNews
from alphastrike.domain.errors import (
    DuplicateOrderId,
    VenueError,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueUnreachable,
)
from alphastrike.domain.orders import OrderState, UnifiedFill, UnifiedOrder, UnifiedOrderResult
from alphastrike.domain.streams import StreamChanged, StreamState
from alphastrike.transport.adapter import VenueConnection

ENDED = frozenset({OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MirrorTerms:
    """Seconds. A signed request older than the venue's window is refused, so none lands after `doubt_s`."""

    probe_every_s: float = 0.5
    doubt_s: float = 20.0
    look_every_s: float = 20.0


@dataclass(slots=True)
class AccountMirror:
    """Orders by client id, signed positions by symbol, wallet by asset, as believed here."""

    connection: VenueConnection
    terms: MirrorTerms = field(default_factory=MirrorTerms)
    orders: dict[str, UnifiedOrderResult] = field(default_factory=dict)
    positions: dict[str, Decimal] = field(default_factory=dict)
    wallets: dict[str, Decimal] = field(default_factory=dict)
    fills: list[UnifiedFill] = field(default_factory=list)
    reconciliations: int = 0
    _sent: dict[str, UnifiedOrder] = field(default_factory=dict)
    _doubted_s: dict[str, float] = field(default_factory=dict)
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _count: int = 0  # of account news heard

    async def start(self) -> None:
        """Listen, and ask for everything once; the connection is connected."""
        streams = self.connection.websocket
        self._follow(streams.orders(), self._heard_order)
        self._follow(streams.fills(), self.fills.append)
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

    async def submit(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order, once. A refusal is a result; UNKNOWN is looked into until it is known."""
        client_id = order.client_order_id
        self._sent[client_id] = order
        self.orders[client_id] = UnifiedOrderResult(order.symbol, client_id, "", OrderState.PENDING)
        try:
            self._heard_order(await self.connection.rest.place_order(order))
        except (VenueOutcomeUnknown, DuplicateOrderId):
            self._doubt(client_id)
        except (VenueRejected, VenueUnreachable) as refusal:
            self._end(client_id, str(refusal))
        return self.orders[client_id]

    async def cancel(self, client_id: str) -> None:
        """Cancel an order; what became of it is learnt like everything else."""
        try:
            answer = await self.connection.rest.cancel_order(self._sent[client_id].symbol, client_id)
        except VenueError:
            self._wanted.set()
        else:
            self._heard_order(answer)

    async def reconcile(self) -> bool:
        """Ask for positions, balances and every order not known to have ended; false when that failed."""
        rest = self.connection.rest
        try:
            before = self._count
            positions, balances = await rest.get_positions(), await rest.get_balances()
            if before == self._count:  # else what was streamed meanwhile is newer
                self.positions = {each.symbol: each.quantity for each in positions}
                self.wallets = {each.asset: each.wallet for each in balances}
            else:
                self._wanted.set()
            for client_id in [key for key, each in self.orders.items() if each.state not in ENDED]:
                await self._look_up(client_id)
        except VenueError:
            return False
        self.reconciliations += 1
        return True

    async def _look_up(self, client_id: str) -> None:
        """Ask for one order; one the venue has never seen is given up when no copy can still arrive."""
        found = await self.connection.rest.get_order(self._sent[client_id].symbol, client_id)
        if found is not None:
            self._doubted_s.pop(client_id, None)
            self._heard_order(found)
        elif client_id in self._doubted_s and _now() - self._doubted_s[client_id] >= self.terms.doubt_s:
            self._end(client_id, "never reached the venue")

    async def _reconciling(self) -> None:
        terms = self.terms
        while True:
            wait_s = terms.probe_every_s if self._doubted_s else terms.look_every_s
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
            self._wanted.set()  # whatever happened while it was not

    def _doubt(self, client_id: str) -> None:
        self.orders[client_id] = replace(self.orders[client_id], state=OrderState.UNKNOWN)
        self._doubted_s.setdefault(client_id, _now())
        self._wanted.set()

    def _end(self, client_id: str, why: str) -> None:
        self._doubted_s.pop(client_id, None)
        self.orders[client_id] = replace(self.orders[client_id], state=OrderState.REJECTED, message=why)


def _now() -> float:
    return asyncio.get_running_loop().time()
