"""What the driver joins, as it sees each of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from alphastrike.domain.commands import Command, Request, Step
from alphastrike.domain.events import CandlesClosed, Event
from alphastrike.domain.market import UnifiedFundingRate


@dataclass(frozen=True, slots=True)
class Heard:
    """What a feed delivers for one close. `funding` are rates settled since the close before."""

    candles: CandlesClosed
    funding: tuple[UnifiedFundingRate, ...] = ()


class Venue(Protocol):
    """Where orders go, as the driver sees it: what it answers and reports are events."""

    def live_through(self, heard: Heard) -> Iterable[Event]:
        """What happened to the account while these candles formed, in order."""
        ...

    def send(self, command: Command, now_ms: int) -> Iterable[Event]:
        """Carry out a command; returns the answer."""
        ...

    async def sent(self) -> None:
        """Return when what was sent has left, or after a moment; whoever else runs here has a turn."""
        ...


class Advice(Protocol):
    """Whoever is asked when the circuit breaker wakes. What is answered comes back as a told event."""

    def send(self, request: Request) -> None:
        """Ask, or tell; returns at once."""
        ...


class Sink(Protocol):
    """Where the driver writes what it did."""

    def append(self, kind: str, data: dict[str, Any], *, durable: bool = False) -> None:
        """Keep one record."""
        ...

    def sync(self) -> None:
        """Make everything kept so far durable."""
        ...


class Handler(Protocol):
    """The engine, as the driver sees it."""

    def handle(self, event: Event) -> Step:
        """Answer one event."""
        ...
