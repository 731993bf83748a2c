"""Looks after every position's stop at the venue: one that is missing is told to the engine, which leaves."""

import asyncio
from collections.abc import Callable

from alphastrike.domain.events import StopMissing
from alphastrike.live.account_books import AccountBooks
from alphastrike.live.account_reconciler import Trader
from alphastrike.live.inbox import Inbox

_LOOK_EVERY_S = 0.5
# News of a fill and of its stop come one after the other.
_ALLOWED_S = 1.0


class StopGuard:
    """Sees a position without a stop that works or is on its way, `_ALLOWED_S` after it began."""

    def __init__(
        self, books: AccountBooks, trader: Trader, inbox: Inbox, is_idle: Callable[[str], bool]
    ) -> None:
        """Look at the traded symbols; `is_idle` tells whether none of a symbol's commands waits to go out."""
        self._books = books
        self._symbols = trader.symbols
        self._inbox = inbox
        self._clock = trader.clock
        self._is_idle = is_idle
        self._since_ms: dict[str, int] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(_LOOK_EVERY_S)

    def look(self) -> None:
        """Look once at every symbol."""
        now_ms = self._clock.now_ms()
        for symbol in self._symbols:
            if not self._is_bare(symbol):
                self._since_ms.pop(symbol, None)
            elif now_ms - self._since_ms.setdefault(symbol, now_ms) >= _ALLOWED_S * 1000:
                del self._since_ms[symbol]
                self._inbox.put(StopMissing(now_ms, symbol))

    def _is_bare(self, symbol: str) -> bool:
        books = self._books
        is_settled = self._inbox.is_drained and self._is_idle(symbol)
        return is_settled and not books.is_covered(symbol) and not books.is_leaving(symbol)
