"""The seam to whatever library carries WebSockets."""

from collections.abc import Mapping
from typing import Protocol


class SocketClosed(Exception):
    """The socket is gone; nothing more comes and nothing can be sent."""


class Socket(Protocol):
    """One open WebSocket."""

    async def send(self, text: str) -> None:
        """Send a text frame; `SocketClosed` when it cannot be."""
        ...

    async def receive(self) -> str | bytes:
        """The next frame; `SocketClosed` when there will be none."""
        ...

    async def close(self) -> None:
        """Close; safe to call twice."""
        ...


class SocketConnector(Protocol):
    """Opens WebSockets."""

    async def connect(self, url: str, headers: Mapping[str, str]) -> Socket:
        """An open socket; `SocketClosed` when the venue does not let us in."""
        ...
