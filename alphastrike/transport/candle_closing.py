"""When a candle is over at a venue that does not say so: its clock tells, and REST confirms."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from alphastrike.domain.errors import VenueError
from alphastrike.domain.market import UnifiedCandle

_GRACE_MS = 300  # after a candle's end, before it is asked for
_AGAIN_S = 1.0
_WEEK_MS = 7 * 86_400_000
_MONDAY_MS = 4 * 86_400_000  # weekly candles open on Mondays, the epoch was a Thursday

Ask = Callable[[int, int], Awaitable[Sequence[UnifiedCandle]]]


class CandleClosing:
    """Closed candles of one symbol and interval, each once, in order, none left out.

    `ask(start, end)` reads closed candles by REST. A stream's last frame of a candle may be lost or late,
    so what is shown as closed is only what was read; after a silence the whole range is.
    """

    def __init__(
        self, interval_ms: int, now_ms: Callable[[], int], ask: Ask, tell: Callable[[UnifiedCandle], None]
    ) -> None:
        """The candle forming now is the first that will be told."""
        self._interval_ms = interval_ms
        self._now_ms = now_ms
        self._ask = ask
        self._tell = tell
        self.forming_ms = open_time_ms(now_ms(), interval_ms)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            due_ms = self.forming_ms + self._interval_ms + _GRACE_MS
            await asyncio.sleep(max(0.0, (due_ms - self._now_ms()) / 1000))
            await self._read()

    def form(self, candle: UnifiedCandle) -> None:
        """Tell of a forming candle, unless it is one that was closed already."""
        if candle.open_time_ms >= self.forming_ms:
            self._tell(candle)

    async def _read(self) -> None:
        end_ms = open_time_ms(self._now_ms(), self._interval_ms)
        try:
            found = await self._ask(self.forming_ms, end_ms)
        except VenueError:
            found = ()
        for candle in found:
            if candle.is_closed and candle.open_time_ms >= self.forming_ms:
                self._tell(candle)
                self.forming_ms = candle.open_time_ms + self._interval_ms
        if self.forming_ms < end_ms:
            await asyncio.sleep(_AGAIN_S)  # not finished there yet, or nobody answered


def open_time_ms(now_ms: int, interval_ms: int) -> int:
    """When the candle of this moment opened."""
    offset = _MONDAY_MS if interval_ms == _WEEK_MS else 0
    return (now_ms - offset) // interval_ms * interval_ms + offset
