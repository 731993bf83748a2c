"""What a venue's adapter adds so that the simulator can speak its wire: a dialect.

A dialect is a pure mapping. It checks what its venue checks (signature, nonce, time window, steps, weights),
calls the practice exchange, and words answers and events as its venue does. It does no I/O, has no clock but
`PracticeExchange.now_ms`, and never sleeps: sockets, delays and faults are the simulator's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from alphastrike.domain.practice import ExchangeEvent, PracticeExchange, PracticeKey
from alphastrike.transport.wire import HttpReply


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as the simulator heard it. `query` is the raw text after `?`; header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class WireFrame:
    """A text frame to a client. `topic` tells chaos what it is.

    Topics: `control`, `user`, and `book:S`, `trades:S`, `candles:S`, `ticker:S` of a symbol S.
    """

    text: str
    topic: str = "control"


class Refusal(Enum):
    """Faults the simulator asks a dialect to word as its venue does."""

    THROTTLED = "throttled"  # too many requests, not done
    BANNED = "banned"  # the address is banned, not done
    UNAVAILABLE = "unavailable"  # certainly not done
    OUTCOME_UNKNOWN = "outcome_unknown"  # may or may not have been done
    CLOCK = "clock"  # the request's time is out of the window, not done


class Conversation(Protocol):
    """One WebSocket connection of a client."""

    @property
    def is_over(self) -> bool:
        """Whether the venue would close this socket now."""
        ...

    def opened(self) -> Sequence[WireFrame]:
        """Frames sent before the client says anything."""
        ...

    def hear(self, text: str) -> Sequence[WireFrame]:
        """Answer a frame of the client."""
        ...

    def tell(self, event: ExchangeEvent) -> Sequence[WireFrame]:
        """Word an event for this client; nothing when it did not ask for it."""
        ...

    def tick(self, now_ms: int) -> Sequence[WireFrame]:
        """Called about once a second of exchange time: pings, idle closes, expiries."""
        ...


class WireSession(Protocol):
    """A practice exchange behind one dialect."""

    odd_values: Mapping[str, str]
    """Text of a frame that chaos may replace, to make an enum value no client has seen."""

    def answer(self, request: WireRequest) -> HttpReply:
        """Answer a request."""
        ...

    def converse(self, request: WireRequest) -> Conversation | HttpReply:
        """Accept a WebSocket handshake, or refuse it with a reply."""
        ...

    def refusal(self, kind: Refusal, retry_after_s: int) -> HttpReply:
        """The venue's own wording of a fault."""
        ...

    def expire_user_streams(self) -> None:
        """End the authorisation of every user stream, as the venue does after its time."""
        ...


class Dialect(Protocol):
    """The plugin: `plugin` of a module `adapters/NAME/dialect.py`, or entry point `alphastrike.dialects`."""

    name: str
    funding_interval_ms: int
    """How often positions of this venue exchange funding."""

    def open(self, exchange: PracticeExchange) -> WireSession:
        """Put an exchange behind this wire."""
        ...

    def credentials(self, key: PracticeKey) -> Mapping[str, str]:
        """Those of `api_key`, `api_secret`, `passphrase`, `private_key` this venue's clients need."""
        ...

    def endpoints(self, http_url: str, ws_url: str) -> Mapping[str, str]:
        """`rest_url`, `ws_url` and others by which clients reach a simulator at these roots."""
        ...
