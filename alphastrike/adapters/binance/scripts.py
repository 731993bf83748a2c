"""What is said and understood on Binance's market connections, one script a kind of stream."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alphastrike.transport.json_text import BrokenJson, decode
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.stream import TopicTerms

Handle = Callable[[Any], str]
"""Takes an event and returns the topic it belongs to, "" for none."""


class RoutedScript:
    """Raw streams of one route (`public` or `market`): a wrong route is acknowledged and stays silent."""

    def __init__(
        self, root: str, route: str, streams: Sequence[str], topics: Sequence[TopicTerms], handle: Handle
    ) -> None:
        """Subscribe to these streams."""
        self._url = f"{root}/{route}/ws"
        self._streams = tuple(streams)
        self._topics = tuple(topics)
        self._handle = handle
        self.on_open: Callable[[], None] = _nothing
        self.read: Callable[[str | bytes], Any] = event_of

    async def address(self) -> tuple[str, Mapping[str, str]]:
        """The route's raw endpoint."""
        return self._url, {}

    def greetings(self) -> Sequence[str]:
        """One subscription for all."""
        return (json.dumps({"method": "SUBSCRIBE", "params": self._streams, "id": 1}),)

    def topics(self) -> Sequence[TopicTerms]:
        """What is subscribed to."""
        return self._topics

    def take(self, frame: str | bytes) -> tuple[str, Sequence[str]]:
        """Hand events on; acknowledgements and what is not understood belong to no topic."""
        try:
            event = self.read(frame)
            return ("", ()) if event is None else (self._handle(event), ())
        except BrokenJson as error:
            raise SocketClosed(str(error)) from error
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise SocketClosed(f"event {frame[:60]!r}: {type(error).__name__} {error}") from error

    def ping(self) -> str | None:
        """None: the venue pings by protocol."""
        return None

    def opened(self) -> None:
        """A fresh connection."""
        self.on_open()

    @property
    def has_room(self) -> bool:
        """Always: market data keep the newest."""
        return True

    async def room(self) -> None:
        """Never waited for."""


def event_of(frame: str | bytes) -> Mapping[str, Any] | None:
    """A frame's event; None for an acknowledgement."""
    event = decode(frame)
    return event if isinstance(event, dict) and "e" in event else None


def _nothing() -> None:
    """Nothing to start over."""
