"""The simulator on loopback sockets: HTTP and WebSocket on one port, for any client there is."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from alphastrike.simulator.host import Line, ReplyLost, SimulatorHost
from alphastrike.transport.dialect import WireRequest
from alphastrike.transport.wire import HttpReply

if TYPE_CHECKING:
    from aiohttp import web

_LOOPBACK = "127.0.0.1"


class LoopbackServer:
    """Serves one simulator until closed. Port 0 lets the system choose; `http_url` says which it was."""

    def __init__(self, host: SimulatorHost, port: int = 0) -> None:
        """Listen to nothing yet."""
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def http_url(self) -> str:
        """Root for requests."""
        return f"http://{_LOOPBACK}:{self._port}"

    @property
    def ws_url(self) -> str:
        """Root for WebSockets."""
        return f"ws://{_LOOPBACK}:{self._port}"

    async def start(self) -> None:
        """Begin to listen."""
        from aiohttp import web  # noqa: PLC0415

        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _LOOPBACK, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Hang up on everybody; safe to call twice."""
        for line in tuple(self._host.lines):
            self._host.drop(line)
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _handle(self, request: "web.Request") -> Any:
        from aiohttp import web  # noqa: PLC0415

        headers = {name.lower(): value for name, value in request.headers.items()}
        heard = WireRequest(
            request.method, request.path, request.rel_url.raw_query_string, headers, await request.read()
        )
        if headers.get("upgrade", "").lower() == "websocket":
            line = self._host.open_line(heard)
            return _response(line) if isinstance(line, HttpReply) else await self._talk(request, line)
        try:
            return _response(await self._host.request(heard))
        except ReplyLost:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)

    async def _talk(self, request: "web.Request", line: Line) -> Any:
        from aiohttp import WSMsgType, web  # noqa: PLC0415

        socket = web.WebSocketResponse(autoping=True, max_msg_size=16 * 1024 * 1024, compress=False)
        await socket.prepare(request)
        writer = asyncio.create_task(_write(socket, line))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._host.heard(line, message.data)
        finally:
            self._host.drop(line)
            with contextlib.suppress(ConnectionError):
                await writer
        return socket


async def _write(socket: Any, line: Line) -> None:
    while (text := await line.outgoing.get()) is not None:
        await socket.send_str(text)
    await socket.close()


def _response(reply: HttpReply) -> Any:
    from aiohttp import web  # noqa: PLC0415

    headers = {"content-type": "application/json", **reply.headers}
    return web.Response(status=reply.status, body=reply.body, headers=headers)
