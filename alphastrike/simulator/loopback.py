"""The simulator's wire without a network: the transport kit's two seams, in memory.

With simulated time this is what tests and chaos runs use; the bytes are those of the real server.
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from alphastrike.simulator.host import Line, ReplyLost, SimulatorHost
from alphastrike.transport.dialect import WireRequest
from alphastrike.transport.sockets import Socket, SocketClosed
from alphastrike.transport.wire import HttpReply, HttpRequest, SendFailed


class LoopbackSender:
    """An `HttpSender` that ends in a simulator. `delay_s` is the time either way takes."""

    def __init__(self, host: SimulatorHost, delay_s: float = 0.005) -> None:
        """Reach this simulator."""
        self._host = host
        self._delay_s = delay_s

    async def send(self, request: HttpRequest, timeout_s: float) -> HttpReply:
        """Answer, or `SendFailed` after the timeout or when the simulator cuts the connection."""
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.sleep(self._delay_s)
                reply = await self._host.request(heard_as(request))
                await asyncio.sleep(self._delay_s)
        except TimeoutError as error:
            raise SendFailed("no answer: timeout", was_sent=True) from error
        except ReplyLost as error:
            raise SendFailed("no answer: connection cut", was_sent=True) from error
        return reply

    async def close(self) -> None:
        """Nothing to let go of."""


class LoopbackConnector:
    """A `SocketConnector` that ends in a simulator."""

    def __init__(self, host: SimulatorHost, delay_s: float = 0.005) -> None:
        """Reach this simulator."""
        self._host = host
        self._delay_s = delay_s

    async def connect(self, url: str, headers: Mapping[str, str]) -> Socket:
        """An open socket; `SocketClosed` when the handshake is refused."""
        await asyncio.sleep(self._delay_s)
        line = self._host.open_line(heard_as(HttpRequest("GET", url, headers)))
        if isinstance(line, HttpReply):
            raise SocketClosed(f"handshake refused: HTTP {line.status}")
        return _LoopbackSocket(self._host, line, self._delay_s)


class _LoopbackSocket:
    def __init__(self, host: SimulatorHost, line: Line, delay_s: float) -> None:
        self._host = host
        self._line = line
        self._delay_s = delay_s

    async def send(self, text: str) -> None:
        if not self._line.is_open:
            raise SocketClosed("closed by the venue")
        await asyncio.sleep(self._delay_s)
        self._host.heard(self._line, text)

    async def receive(self) -> str | bytes:
        text = await self._line.outgoing.get()
        if text is None:
            self._line.outgoing.put_nowait(None)
            raise SocketClosed("closed by the venue")
        return text

    async def close(self) -> None:
        self._host.drop(self._line)


def heard_as(request: HttpRequest) -> WireRequest:
    """A client's request as the simulator hears it."""
    parts = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return WireRequest(request.method, parts.path, parts.query, headers, request.body)
