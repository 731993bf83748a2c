"""Candles of several symbols, as a venue's stream sends them, joined into one close after another."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator

from alphastrike.domain.events import CandlesClosed
from alphastrike.domain.market import UnifiedCandle


class CloseJoiner:
    """Gathers an instant's candles until every symbol has one, or until it is told to wait no more.

    Instants come out in order and once. What arrives for one already out is dropped: the bar was
    decided on without it, which the gateway counts as a gap.
    """

    def __init__(self, symbols: tuple[str, ...], interval_ms: int, after_ms: int) -> None:
        """Start with the first instant that opens after `after_ms`."""
        self._symbols = frozenset(symbols)
        self._interval_ms = interval_ms
        self._after_ms = after_ms
        self._waiting: dict[int, dict[str, UnifiedCandle]] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether an instant has begun to arrive and is not complete."""
        return bool(self._waiting)

    def offer(self, candle: UnifiedCandle, now_ms: int) -> Iterator[CandlesClosed]:
        """Take a candle; yields the closes that are complete with it, older incomplete ones first."""
        if self.hold(candle):
            yield from self.release(candle.open_time_ms, now_ms)

    def hold(self, candle: UnifiedCandle) -> bool:
        """Keep a candle if it is wanted; whether its instant is complete with it."""
        is_wanted = (
            candle.is_closed
            and candle.symbol in self._symbols
            and candle.interval_ms == self._interval_ms
            and candle.open_time_ms > self._after_ms
        )
        if not is_wanted:
            return False
        found = self._waiting.setdefault(candle.open_time_ms, {})
        found.setdefault(candle.symbol, candle)
        return len(found) == len(self._symbols)

    def release(self, until_open_ms: int, now_ms: int) -> Iterator[CandlesClosed]:
        """Everything that has begun to arrive up to an instant, complete or not."""
        for open_ms in sorted(instant for instant in self._waiting if instant <= until_open_ms):
            candles = self._waiting.pop(open_ms)
            self._after_ms = open_ms
            ordered = tuple(candles[symbol] for symbol in sorted(candles))
            yield CandlesClosed(max(now_ms, open_ms), open_ms, self._interval_ms, ordered)

    def release_all(self, now_ms: int) -> Iterator[CandlesClosed]:
        """Everything that has begun to arrive."""
        yield from self.release(max(self._waiting, default=0), now_ms)


async def joined_closes(
    candles: AsyncIterator[UnifiedCandle],
    joiner: CloseJoiner,
    now_ms: Callable[[], int],
    grace_s: float,
) -> AsyncGenerator[CandlesClosed]:
    """Closes of a stream: each when its last candle came, or `grace_s` seconds after its latest one."""
    arrivals = _Arrivals(candles)
    try:
        while not arrivals.is_over:
            if not await arrivals.some(grace_s if joiner.is_waiting else None):
                for close in joiner.release_all(now_ms()):
                    yield close
            for candle in arrivals.taken():
                for close in joiner.offer(candle, now_ms()):
                    yield close
        for close in joiner.release_all(now_ms()):
            yield close
    finally:
        await arrivals.stop()


class _Arrivals:
    """What a stream has brought; several candles at once cost one turn of the loop."""

    def __init__(self, candles: AsyncIterator[UnifiedCandle]) -> None:
        self._waiting: deque[UnifiedCandle] = deque()
        self._bell = asyncio.Event()
        self._reading = asyncio.create_task(self._read(candles))
        self._reading.add_done_callback(lambda _: self._bell.set())

    @property
    def is_over(self) -> bool:
        """Whether the stream has ended and everything was taken; raises what ended it."""
        if self._waiting or not self._reading.done():
            return False
        self._reading.result()
        return True

    async def some(self, within_s: float | None) -> bool:
        """Wait until something is there or the stream has ended; false when that took too long."""
        try:
            async with asyncio.timeout(within_s):
                await self._bell.wait()
        except TimeoutError:
            return False
        return True

    def taken(self) -> Iterator[UnifiedCandle]:
        """Everything there is."""
        while self._waiting:
            yield self._waiting.popleft()
        if not self._reading.done():
            self._bell.clear()

    async def stop(self) -> None:
        """Read no more."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self, candles: AsyncIterator[UnifiedCandle]) -> None:
        async for candle in candles:
            self._waiting.append(candle)
            self._bell.set()
