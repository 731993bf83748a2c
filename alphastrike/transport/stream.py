"""A stream kept alive: connect, subscribe, watch for silence, reconnect with jitter, rotate in time.

States of a topic: CONNECTING -> SUBSCRIBED -> (SYNCING ->) LIVE -> STALE -> CONNECTING ...
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from alphastrike.domain.errors import VenueError
from alphastrike.domain.streams import StreamState
from alphastrike.transport.backoff import Chance, full_jitter
from alphastrike.transport.sockets import Socket, SocketClosed, SocketConnector
from alphastrike.transport.stream_board import StreamBoard

_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class TopicTerms:
    """What a topic promises: a first message within a deadline and no longer silence; None promises nothing.

    `syncs_itself` leaves the step to LIVE to the script, as a book is only live once it is whole.
    """

    topic: str
    first_message_s: float | None = 10.0
    max_silence_s: float | None = 60.0
    syncs_itself: bool = False


@dataclass(frozen=True, slots=True)
class StreamTerms:
    """Times of a connection, seconds. Venues cut it after 24 hours; rotation comes before."""

    connect_timeout_s: float = 10.0
    rotate_after_s: float = 23 * 3600.0
    healthy_after_s: float = 60.0
    longest_wait_s: float = 30.0
    ping_every_s: float | None = None


class StreamScript(Protocol):
    """What an adapter says and understands on one connection."""

    async def address(self) -> tuple[str, Mapping[str, str]]:
        """Where to connect, with which headers; asked anew for every connection."""
        ...

    def greetings(self) -> Sequence[str]:
        """Frames to send once connected."""
        ...

    def topics(self) -> Sequence[TopicTerms]:
        """What is subscribed to."""
        ...

    def take(self, frame: str | bytes) -> tuple[str, Sequence[str]]:
        """Understand one frame: the topic it belongs to ("" for none) and frames to answer with.

        Unknown frames are ignored, never raised upon. `SocketClosed` asks for a new connection.
        """
        ...

    def ping(self) -> str | None:
        """An application-level ping, where the venue wants one."""
        ...

    def opened(self) -> None:
        """A fresh connection replaces a lost one: what was built on the old one is not whole any more."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether everything one more frame can hold may be delivered without loss: looked at every frame."""
        ...

    async def room(self) -> None:
        """Wait until there is."""
        ...


@dataclass(slots=True)
class _Connection:
    socket: Socket
    opened_s: float
    heard: dict[str, float] = field(default_factory=dict)
    pinged_s: float = 0.0
    why: str = ""


class Stream:
    """Runs one script until closed."""

    def __init__(
        self,
        script: StreamScript,
        connector: SocketConnector,
        board: StreamBoard,
        chance: Chance,
        terms: StreamTerms | None = None,
    ) -> None:
        """Connect to nothing yet."""
        self._script = script
        self._connector = connector
        self._board = board
        self._chance = chance
        self._terms = terms or StreamTerms()
        self._task: asyncio.Task[None] | None = None
        self._sockets: set[Socket] = set()

    def start(self) -> None:
        """Begin, in a task of its own; twice is once."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End for good; safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for socket in tuple(self._sockets):
            await self._drop(socket)
        self._mark(StreamState.CLOSED, "closed here")

    async def _run(self) -> None:
        attempt = 0
        while True:
            self._mark(StreamState.CONNECTING)
            try:
                connection = await self._open()
            except (SocketClosed, VenueError, OSError, TimeoutError) as error:
                why, lived_s = str(error), 0.0
            else:
                self._script.opened()
                self._mark_subscribed()
                why = await self._live(connection)
                lived_s = _now() - connection.opened_s
            self._mark(StreamState.STALE, why)
            attempt = 0 if lived_s >= self._terms.healthy_after_s else attempt + 1
            await asyncio.sleep(full_jitter(attempt, self._chance, longest_s=self._terms.longest_wait_s))

    async def _open(self) -> _Connection:
        async with asyncio.timeout(self._terms.connect_timeout_s):
            url, headers = await self._script.address()
            socket = await self._connector.connect(url, headers)
            self._sockets.add(socket)
            for text in self._script.greetings():
                await socket.send(text)
        return _Connection(socket, _now(), pinged_s=_now())

    async def _live(self, connection: _Connection) -> str:
        """Read and watch; across rotations, until a connection is lost. Returns why."""
        reader = asyncio.create_task(self._read(connection))
        try:
            while True:
                done, _ = await asyncio.wait({reader}, timeout=_LOOK_EVERY_S)
                if done:
                    return connection.why
                fault = await self._look(connection)
                if fault:
                    return fault
                if _now() - connection.opened_s > self._terms.rotate_after_s:
                    connection, reader = await self._rotated(connection, reader)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await self._drop(connection.socket)

    async def _rotated(
        self, old: _Connection, old_reader: "asyncio.Task[None]"
    ) -> "tuple[_Connection, asyncio.Task[None]]":
        """Open a second connection, and leave the first only when the second hears every topic.

        Both are read meanwhile: what comes twice is known by its number and dropped by the script.
        """
        try:
            fresh = await self._open()
        except (SocketClosed, VenueError, OSError, TimeoutError):
            old.opened_s += self._terms.healthy_after_s  # try again a little later
            return old, old_reader
        reader = asyncio.create_task(self._read(fresh))
        waited = [terms.first_message_s for terms in self._script.topics() if terms.first_message_s]
        deadline = _now() + max(waited, default=1.0)
        while _now() < deadline and not self._hears_all(fresh) and not reader.done():
            await asyncio.sleep(_LOOK_EVERY_S)
        if reader.done() or not self._hears_all(fresh):
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await self._drop(fresh.socket)
            old.opened_s += self._terms.healthy_after_s
            return old, old_reader
        old_reader.cancel()
        await asyncio.gather(old_reader, return_exceptions=True)
        await self._drop(old.socket)
        return fresh, reader

    def _hears_all(self, connection: _Connection) -> bool:
        wanted = (terms.topic for terms in self._script.topics() if terms.first_message_s is not None)
        return all(topic in connection.heard for topic in wanted)

    async def _read(self, connection: _Connection) -> None:
        script, socket, heard = self._script, connection.socket, connection.heard
        try:
            while True:
                topic, answers = script.take(await socket.receive())
                if topic:
                    if topic not in heard:
                        self._mark_first(topic)
                    heard[topic] = _now()
                for text in answers:
                    await socket.send(text)
                if not script.has_room:
                    await script.room()
        except SocketClosed as error:
            connection.why = str(error)

    async def _look(self, connection: _Connection) -> str:
        """A topic that broke its promise, in words; sends the ping when it is due."""
        now = _now()
        for terms in self._script.topics():
            last = connection.heard.get(terms.topic)
            allowed = terms.first_message_s if last is None else terms.max_silence_s
            since = connection.opened_s if last is None else last
            if allowed is not None and now - since > allowed:
                what = "no first message" if last is None else "silent"
                return f"{terms.topic}: {what} for {now - since:.1f} s, allowed {allowed:g}"
        if self._terms.ping_every_s and now - connection.pinged_s >= self._terms.ping_every_s:
            connection.pinged_s = now
            text = self._script.ping()
            try:
                if text is not None:
                    await connection.socket.send(text)
            except SocketClosed as error:
                return str(error)
        return ""

    async def _drop(self, socket: Socket) -> None:
        self._sockets.discard(socket)
        await socket.close()

    def _mark(self, state: StreamState, why: str = "") -> None:
        for terms in self._script.topics():
            self._board.set(terms.topic, state, why)

    def _mark_subscribed(self) -> None:
        """Subscribed; a topic that may stay silent is live at once, as there is nothing to wait for."""
        self._mark(StreamState.SUBSCRIBED)
        for terms in self._script.topics():
            if terms.first_message_s is None and not terms.syncs_itself:
                self._board.set(terms.topic, StreamState.LIVE)

    def _mark_first(self, topic: str) -> None:
        for terms in self._script.topics():
            if terms.topic != topic:
                continue
            if not terms.syncs_itself:
                self._board.set(topic, StreamState.LIVE)
            elif self._board.state(topic) is StreamState.SUBSCRIBED:
                self._board.set(topic, StreamState.SYNCING)


def _now() -> float:
    return asyncio.get_running_loop().time()
