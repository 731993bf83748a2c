"""WebSockets by the `websockets` package."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from alphastrike.transport.sockets import Socket, SocketClosed

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_LARGEST_FRAME = 16 * 1024 * 1024
_PING_EVERY_S = 20.0
_OPEN_TIMEOUT_S = 10.0


class WebsocketsConnector:
    """Opens sockets that notice a dead peer by ping and refuse frames above 16 MB."""

    async def connect(self, url: str, headers: Mapping[str, str]) -> Socket:
        """An open socket; `SocketClosed` when the venue does not let us in."""
        from websockets.asyncio.client import connect  # noqa: PLC0415
        from websockets.exceptions import ConnectionClosed, WebSocketException  # noqa: PLC0415

        try:
            connection = await connect(
                url,
                additional_headers=dict(headers),
                max_size=_LARGEST_FRAME,
                ping_interval=_PING_EVERY_S,
                ping_timeout=_PING_EVERY_S,
                open_timeout=_OPEN_TIMEOUT_S,
                compression=None,
            )
        except (WebSocketException, OSError, TimeoutError) as error:
            raise SocketClosed(f"cannot connect: {type(error).__name__}") from error
        return _Websocket(connection, ConnectionClosed)


class _Websocket:
    def __init__(self, connection: "ClientConnection", gone: type[Exception]) -> None:
        self._connection = connection
        self._gone = gone  # how the library says it: looked up once, not at every frame

    async def send(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except self._gone as error:
            raise SocketClosed(f"closed: {type(error).__name__}") from error

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.recv(decode=False)
        except self._gone as error:
            raise SocketClosed(f"closed: {type(error).__name__}") from error

    async def close(self) -> None:
        await self._connection.close()
