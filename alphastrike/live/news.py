"""What reaches a driver between two closes beside events: lines for a person, and a person's orders."""

from collections.abc import Callable
from dataclasses import dataclass

from alphastrike.domain.events import Event


@dataclass(frozen=True, slots=True)
class Noted:
    """Something a person reading the journal must know, and the engine need not."""

    event_time_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """What an operator ordered, as an event; `order` names the order, `done` says that it is journaled."""

    event: Event
    order: str
    done: Callable[[], None]
