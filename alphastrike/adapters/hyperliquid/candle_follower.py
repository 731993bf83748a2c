"""Candles of one symbol: forming ones from the stream, closed ones only as the venue keeps them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from alphastrike.domain.errors import VenueError
from alphastrike.domain.market import UnifiedCandle
from alphastrike.transport.backoff import Chance, full_jitter
from alphastrike.transport.clock import Clock

Fetch = Callable[[str, int, int, int], Awaitable[Sequence[UnifiedCandle]]]

_GRACE_S = 1.0


class CandleFollower:
    """Tells each closed candle once and in order, without a gap.

    The venue marks no candle as closed and may say nothing in a quiet minute. So a candle counts as
    closed when it is in the past by the clock or the stream has moved on, and is then asked for.
    """

    def __init__(
        self,
        symbol: str,
        interval_ms: int,
        fetch: Fetch,
        tell: Callable[[UnifiedCandle], None],
        chance: Chance,
    ) -> None:
        """Know no candle yet."""
        self._symbol = symbol
        self._interval_ms = interval_ms
        self._fetch = fetch
        self._tell = tell
        self._chance = chance
        self._next_ms: int | None = None  # open time of the next candle to tell as closed
        self._seen_ms = 0
        self._moved = asyncio.Event()

    def take(self, candle: UnifiedCandle) -> None:
        """A candle as the stream has it."""
        if self._next_ms is None:
            self._next_ms = candle.open_time_ms
        self._seen_ms = max(self._seen_ms, candle.open_time_ms)
        if self._seen_ms > self._next_ms or candle.is_closed:
            self._moved.set()
        elif candle.open_time_ms == self._next_ms:
            self._tell(candle)

    def look_again(self) -> None:
        """The connection was lost: something may have closed meanwhile."""
        self._moved.set()

    async def run(self, clock: Clock) -> None:
        """Fetch what has closed, until cancelled."""
        attempt = 0
        while True:
            await self._wait(clock)
            if self._next_ms is None:
                continue
            try:
                told = await self._catch_up(self._next_ms)
            except VenueError:
                told = False
            attempt = 0 if told else attempt + 1
            if not told and self._is_due(clock):
                self._moved.set()
                await asyncio.sleep(full_jitter(attempt, self._chance, longest_s=15.0))

    async def _wait(self, clock: Clock) -> None:
        due_s = None
        if self._next_ms is not None:
            due_s = max(0.0, (self._next_ms + self._interval_ms - clock.now_ms()) / 1000) + _GRACE_S
        try:
            async with asyncio.timeout(due_s):
                await self._moved.wait()
        except TimeoutError:
            pass
        self._moved.clear()

    async def _catch_up(self, from_ms: int) -> bool:
        """Tell every candle that has closed since; whether there was one."""
        closed = await self._fetch(self._symbol, self._interval_ms, from_ms, 2**53)
        for candle in closed:
            self._next_ms = candle.open_time_ms + self._interval_ms
            self._tell(candle)
        return bool(closed)

    def _is_due(self, clock: Clock) -> bool:
        """Whether a candle must have closed that the venue does not show yet."""
        return self._next_ms is not None and (
            self._seen_ms > self._next_ms or clock.now_ms() >= self._next_ms + self._interval_ms
        )
