"""Commands on their way to a venue: in order for each symbol, symbols beside each other.

Of what is sent at once, symbols with an order go before those where something is only taken back. What
protects is taken away last: the cancellation of a stop waits until everything else of its symbol has gone
out, and until it is known what became of it. An order whose answer takes long does not hold up the stop
behind it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from alphastrike.domain.commands import CancelOrder, Command, PlaceOrder
from alphastrike.domain.orders import OrderType, UnifiedOrder
from alphastrike.transport.account_mirror import AccountMirror

_IMPATIENT_S = 1.0
_LOOK_EVERY_S = 0.1


class Dispatcher:
    """Sends through the mirror, which sends each order once."""

    def __init__(
        self,
        mirror: AccountMirror,
        prepare: Callable[[UnifiedOrder], Awaitable[None]],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Send nothing yet. `prepare` is done before each order goes out.

        `failed` hears of what is broken here, which no venue's answer is.
        """
        self._mirror = mirror
        self._prepare = prepare
        self._failed = failed
        self._waiting: dict[str, deque[Command]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._underway: set[asyncio.Task[Any]] = set()
        self._is_beginning = False

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is on its way."""
        return not self._workers and not self._underway and not any(self._waiting.values())

    def is_idle(self, symbol: str) -> bool:
        """Whether nothing of the symbol waits to go out."""
        return symbol not in self._workers and not self._waiting.get(symbol)

    def send(self, command: Command) -> None:
        """Put a command on its way; what comes of it is heard like everything else."""
        symbol = command.order.symbol if isinstance(command, PlaceOrder) else command.symbol
        self._waiting.setdefault(symbol, deque()).append(command)
        if not self._is_beginning:
            self._is_beginning = True
            asyncio.get_running_loop().call_soon(self._begin)

    async def settled(self, longest_s: float | None = None) -> None:
        """Wait until everything sent so far has been answered or given up, or for so long."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0)
        ends = None if longest_s is None else loop.time() + longest_s
        while not self.is_quiet and (ends is None or loop.time() < ends):
            left = None if ends is None else ends - loop.time()
            tasks = {*self._workers.values(), *self._underway}
            if tasks:
                await asyncio.wait(tasks, timeout=left)
            else:
                await asyncio.sleep(0)  # just sent: its worker begins in the next turn

    async def stop(self) -> None:
        """Send nothing more."""
        self._waiting.clear()
        tasks = {*self._workers.values(), *self._underway}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self) -> None:
        """Everything that was sent in one turn of the loop is there now."""
        self._is_beginning = False
        fresh = [
            symbol for symbol, waiting in self._waiting.items() if waiting and symbol not in self._workers
        ]
        for symbol in sorted(fresh, key=self._only_takes_back):
            self._workers[symbol] = asyncio.create_task(self._work(symbol))

    def _only_takes_back(self, symbol: str) -> bool:
        return not any(isinstance(command, PlaceOrder) for command in self._waiting[symbol])

    async def _work(self, symbol: str) -> None:
        waiting = self._waiting[symbol]
        try:
            while waiting:
                command = self._next(waiting)
                if isinstance(command, PlaceOrder):
                    await self._patiently(self._place(command.order))
                elif self._protects(command.client_order_id) and self._mirror.doubts(symbol):
                    waiting.append(command)
                    await asyncio.sleep(_LOOK_EVERY_S)
                else:
                    await self._patiently(self._mirror.cancel(command.client_order_id))
        finally:
            self._workers.pop(symbol, None)

    async def _place(self, order: UnifiedOrder) -> None:
        await self._prepare(order)
        await self._mirror.submit(order)

    def _next(self, waiting: "deque[Command]") -> Command:
        for command in waiting:
            if not (isinstance(command, CancelOrder) and self._protects(command.client_order_id)):
                waiting.remove(command)
                return command
        return waiting.popleft()

    def _protects(self, client_id: str) -> bool:
        order = self._mirror.order_sent(client_id)
        return order is not None and order.reduce_only and order.order_type is OrderType.STOP_MARKET

    async def _patiently(self, work: Coroutine[Any, Any, Any]) -> None:
        """Wait for it, but not for ever: it goes on beside what comes next."""
        task = asyncio.create_task(work)
        self._underway.add(task)
        task.add_done_callback(self._done)
        await asyncio.wait({task}, timeout=_IMPATIENT_S)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._underway.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._failed(fault)
