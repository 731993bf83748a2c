"""Time as something handed in, and the venue's time as measured from here."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """UTC milliseconds. Waiting is the event loop's: a simulated loop makes both move together."""

    def now_ms(self) -> int:
        """Now."""
        ...


class SystemClock:
    """This machine's clock."""

    def now_ms(self) -> int:
        """Now."""
        return time.time_ns() // 1_000_000


class LoopClock:
    """A clock that moves with the running event loop's time."""

    def __init__(self, start_ms: int) -> None:
        """Read `start_ms` when the loop's time is 0."""
        self.start_ms = start_ms

    def now_ms(self) -> int:
        """Now."""
        return self.start_ms + int(asyncio.get_running_loop().time() * 1000)


class VenueClock:
    """The venue's time: this machine's plus an offset measured at the midpoint of a round trip.

    A sample with a longer round trip than the best recent one does not replace it, as its midpoint is
    less certain; after `forget_ms` any sample does.
    """

    def __init__(self, clock: Clock, forget_ms: int = 600_000) -> None:
        """Start without an offset."""
        self._clock = clock
        self._forget_ms = forget_ms
        self._best_ms = -1
        self._measured_ms = 0
        self.offset_ms = 0

    def now_ms(self) -> int:
        """The venue's time, as well as known."""
        return self._clock.now_ms() + self.offset_ms

    def sample(self, asked_ms: int, server_ms: int, answered_ms: int, *, force: bool = False) -> None:
        """Learn from one exchange of times; the first and last are this machine's."""
        trip = answered_ms - asked_ms
        is_old = answered_ms - self._measured_ms > self._forget_ms
        if force or self._best_ms < 0 or is_old or trip <= self._best_ms:
            self._best_ms, self._measured_ms = trip, answered_ms
            self.offset_ms = server_ms - (asked_ms + answered_ms) // 2
