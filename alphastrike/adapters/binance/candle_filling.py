"""Closed candles without a hole: what a broken stream missed is asked for before the stream goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from alphastrike.domain.errors import VenueError
from alphastrike.domain.market import UnifiedCandle

_WAIT_S = 1.0

Fetch = Callable[[str, int, int], Awaitable[Sequence[UnifiedCandle]]]
"""Closed candles of a symbol opening in [start, end)."""


class CandleFilling:
    """Candles of several symbols at one interval, each closed candle once and in order."""

    def __init__(self, interval_ms: int, fetch: Fetch, publish: Callable[[UnifiedCandle], None]) -> None:
        """Start with the first candle that comes."""
        self._interval_ms = interval_ms
        self._fetch = fetch
        self._publish = publish
        self._next_ms: dict[str, int] = {}  # open time of the candle that must close next
        self._waiting: dict[str, list[UnifiedCandle]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, candle: UnifiedCandle) -> None:
        """Publish, hold back or drop a streamed candle."""
        if candle.symbol in self._waiting:
            self._waiting[candle.symbol].append(candle)
            return
        next_ms = self._next_ms.setdefault(candle.symbol, candle.open_time_ms)
        if candle.open_time_ms > next_ms:
            self._waiting[candle.symbol] = [candle]
            task = asyncio.create_task(self._fill(candle.symbol, next_ms, candle.open_time_ms))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif candle.open_time_ms == next_ms:
            self._pass(candle)

    async def close(self) -> None:
        """Stop filling."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _pass(self, candle: UnifiedCandle) -> None:
        if candle.is_closed:
            self._next_ms[candle.symbol] = candle.open_time_ms + self._interval_ms
        self._publish(candle)

    async def _fill(self, symbol: str, start_ms: int, end_ms: int) -> None:
        while True:
            try:
                missing = await self._fetch(symbol, start_ms, end_ms)
            except VenueError:
                missing = ()
            for candle in missing:
                self._pass(candle)
            if missing and missing[-1].open_time_ms + self._interval_ms >= end_ms:
                break
            start_ms = self._next_ms[symbol]
            await asyncio.sleep(_WAIT_S)
        for candle in self._waiting.pop(symbol):
            self.take(candle)
