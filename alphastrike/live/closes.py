"""Candles of several symbols, as a venue's stream sends them, joined into one close after another."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import suppress

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
    """Closes of a stream: each when its last candle came, or `grace_s` seconds after its first."""
    pending: asyncio.Task[UnifiedCandle] = asyncio.ensure_future(anext(candles))
    try:
        while True:
            done, _ = await asyncio.wait({pending}, timeout=grace_s if joiner.is_waiting else None)
            if not done:
                for close in joiner.release_all(now_ms()):
                    yield close
                continue
            try:
                candle = pending.result()
            except StopAsyncIteration:
                break
            for close in joiner.offer(candle, now_ms()):
                yield close
            pending = asyncio.ensure_future(anext(candles))
        for close in joiner.release_all(now_ms()):
            yield close
    finally:
        pending.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await pending
