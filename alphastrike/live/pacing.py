"""How fast a recorded market is lived through: `60x` is an hour a minute, `max` is at once."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from alphastrike.domain.errors import ConfigError

_SPEED = re.compile(r"(\d+(?:\.\d+)?)x")
_MOST = 1e9


def speed_of(text: str) -> float:
    """Market seconds a second; infinity for `max`. `ConfigError` for anything else."""
    if text == "max":
        return float("inf")
    found = _SPEED.fullmatch(text)
    speed = float(found[1]) if found else 0.0
    if not 0.0 < speed <= _MOST:
        raise ConfigError(f"--speed: observed {text!r}, allowed a number above 0 with an x, as 60x, or max")
    return speed


class Waits(Protocol):
    """Lets market time pass."""

    async def until(self, market_ms: int) -> None:
        """Return when that market instant has come."""
        ...

    async def settle(self, longest_s: float) -> None:
        """Return when what the last close set going is done, or after so many seconds."""
        ...


async def _nothing(_longest_s: float) -> None:
    """Nothing is ever set going."""


class Pace:
    """Lets market time pass at a steady speed, however long the work between two waits takes."""

    def __init__(
        self,
        speed: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        settle: Callable[[float], Awaitable[None]] = _nothing,
    ) -> None:
        """`clock` in seconds; all are arguments so that a test needs no time."""
        self._settle = settle
        self._speed = speed
        self._clock = clock
        self._sleep = sleep
        self._began: tuple[float, int] | None = None

    async def settle(self, longest_s: float) -> None:
        """Return when what the last close set going is done, or after so many seconds."""
        await self._settle(longest_s)

    async def until(self, market_ms: int) -> None:
        """Return when that market instant has come; the first one asked for is now."""
        if self._began is None:
            self._began = (self._clock(), market_ms)
        started, first_ms = self._began
        due = started + (market_ms - first_ms) / 1000.0 / self._speed
        await self._sleep(max(0.0, due - self._clock()))
