"""One request of an account on its way at a time, orders before questions."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# An order waits no longer than this for an answer that does not come.
PATIENCE_S = 1.0


class Lane:
    """Requests in single file, so that whatever the venue answers is heeded by the very next one.

    Of several on their way at once, those behind a 429 would not heed it, and those behind a ban would run
    into it. An order passes waiting questions, and a request that hangs.
    """

    def __init__(self) -> None:
        """Nobody is on the way."""
        self._under_way = 0
        self._orders: deque[asyncio.Future[None]] = deque()
        self._questions: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, is_order: bool) -> AsyncIterator[None]:
        """Wait for the request before to be answered, then be the one under way."""
        if self._under_way or self._orders or self._questions:
            await self._wait(is_order=is_order)
        else:
            self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._let_next_go()

    async def _wait(self, *, is_order: bool) -> None:
        line = self._orders if is_order else self._questions
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(called)
        try:
            await asyncio.wait((called,), timeout=PATIENCE_S if is_order else None)
        except asyncio.CancelledError:
            if called.done():  # it was called and will not go
                self._under_way -= 1
                self._let_next_go()
            else:
                line.remove(called)
            raise
        if not called.done():
            line.remove(called)
            self._under_way += 1

    def _let_next_go(self) -> None:
        for line in (self._orders, self._questions):
            if line:
                self._under_way += 1
                line.popleft().set_result(None)
                return
