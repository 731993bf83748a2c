"""States of a stream from a venue: whether what it says may be traded on."""

from dataclasses import dataclass
from enum import IntEnum


class StreamState(IntEnum):
    """Where a stream is; only LIVE may be traded on."""

    CLOSED = 0  # nobody asked for it, or it was ended
    CONNECTING = 1
    SUBSCRIBED = 2  # the venue acknowledged; nothing has come yet
    SYNCING = 3  # messages come, but what they build on is not whole yet
    LIVE = 4
    STALE = 5  # silent for too long, broken, or a message is missing


@dataclass(frozen=True, slots=True)
class StreamChanged:
    """A stream went from one state to another. `topic` names the stream, e.g. `book:BTCUSDT`."""

    topic: str
    state: StreamState
    at_ms: int
    why: str = ""
