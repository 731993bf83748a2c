"""Processes that can be killed at any act: what was handed to the system stays, and nothing follows it."""

import asyncio
import os
from dataclasses import dataclass, field
from typing import Any

from alphastrike.transport.sockets import SocketClosed


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Process:
    """Counts what it does to the outside; at `dies_at` acts it dies, before the act or just after it."""

    dies_at: int | None = None
    acts: int = 0
    is_dead: bool = False
    died: asyncio.Event = field(default_factory=asyncio.Event)

    def act(self) -> None:
        """About to do something that the outside sees."""
        self.acts += 1
        if self.dies_at is not None and self.acts >= self.dies_at:
            self.die()
        if self.is_dead:
            raise Killed

    def die(self) -> None:
        self.is_dead = True
        self.died.set()


class MortalSender:
    def __init__(self, sender: Any, process: Process) -> None:
        self._sender, self._process = sender, process

    async def send(self, request: Any, timeout_s: float) -> Any:
        self._process.act()
        reply = await self._sender.send(request, timeout_s)
        self._process.act()
        return reply

    async def close(self) -> None:
        await self._sender.close()


class MortalConnector:
    def __init__(self, connector: Any, process: Process) -> None:
        self._connector, self._process = connector, process

    async def connect(self, url: str, headers: Any) -> Any:
        self._process.act()
        return MortalSocket(await self._connector.connect(url, headers), self._process)


class MortalSocket:
    def __init__(self, socket: Any, process: Process) -> None:
        self._socket, self._process = socket, process

    async def send(self, text: str) -> None:
        self._process.act()
        await self._socket.send(text)

    async def receive(self) -> str | bytes:
        text = await self._socket.receive()
        if self._process.is_dead:
            raise SocketClosed("dead")
        return text

    async def close(self) -> None:
        await self._socket.close()


class FailingFiles:
    """Stands in for `os` in the journal: from some write on, or at once, the system refuses."""

    def __init__(self, fault: OSError, writes_left: int) -> None:
        self._fault, self.writes_left = fault, writes_left

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, *arguments: Any) -> int:
        if self.writes_left <= 0:
            raise self._fault
        return os.open(*arguments)

    def write(self, handle: int, content: bytes) -> int:
        self.writes_left -= 1
        if self.writes_left <= 0:
            os.write(handle, content[: len(content) // 2])
            raise self._fault
        return os.write(handle, content)


class MortalFiles:
    """Stands in for `os` in the journal: a write may be cut short by the death of the process."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, handle: int, content: bytes) -> int:
        if self._process.is_dead:
            raise Killed
        try:
            self._process.act()
        except Killed:
            os.write(handle, content[: self._process.acts % (len(content) + 1)])
            raise
        return os.write(handle, content)
