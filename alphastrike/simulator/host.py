"""A practice exchange behind one dialect: requests in, replies out, sockets fed."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from alphastrike.domain.practice import ExchangeEvent
from alphastrike.simulator.exchange import PracticeVenue
from alphastrike.transport.clock import Clock
from alphastrike.transport.dialect import Conversation, Dialect, WireFrame, WireRequest, WireSession
from alphastrike.transport.wire import HttpReply

_TICK_MS = 1_000


class ReplyLost(Exception):
    """The request was carried out or not, and the client will never hear which: cut its connection."""


class Line:
    """The simulator's end of one WebSocket. `outgoing` ends with None when the venue hangs up."""

    def __init__(self, conversation: Conversation) -> None:
        """Say nothing yet."""
        self.conversation = conversation
        self.outgoing: asyncio.Queue[str | None] = asyncio.Queue()
        self.is_open = True
        self.is_deaf = False  # half open: nothing is read or written any more, the connection stays
        self.frames_sent = 0

    def say(self, text: str) -> None:
        """Send a frame."""
        if self.is_open and not self.is_deaf:
            self.frames_sent += 1
            self.outgoing.put_nowait(text)

    def hang_up(self) -> None:
        """Close; twice is once."""
        if self.is_open:
            self.is_open = False
            self.outgoing.put_nowait(None)


class Interference(Protocol):
    """What may go wrong between the venue and its clients."""

    async def request(self, request: WireRequest, session: WireSession) -> HttpReply:
        """Answer in the session's place, or let it; `ReplyLost` when the client shall hear nothing."""
        ...

    def frames(self, line: Line, frames: Sequence[WireFrame]) -> Sequence[str]:
        """The texts that really go out on a line for these frames."""
        ...

    def tick(self, now_ms: int) -> None:
        """Called about once a second of exchange time."""
        ...

    def admits(self) -> bool:
        """Whether a WebSocket is accepted now."""
        ...

    def welcomed(self, line: Line) -> None:
        """A connection was accepted."""
        ...

    @property
    def clock_ahead_ms(self) -> int:
        """How far the venue's clock is ahead of the time."""
        ...


class Calm:
    """Nothing goes wrong."""

    async def request(self, request: WireRequest, session: WireSession) -> HttpReply:
        """The session's own answer."""
        return session.answer(request)

    def frames(self, line: Line, frames: Sequence[WireFrame]) -> Sequence[str]:  # noqa: ARG002
        """Every frame, once, in order."""
        return [frame.text for frame in frames]

    def tick(self, now_ms: int) -> None:
        """Nothing."""

    def admits(self) -> bool:
        """Always."""
        return True

    def welcomed(self, line: Line) -> None:
        """Nothing."""

    @property
    def clock_ahead_ms(self) -> int:
        """Never."""
        return 0


class SimulatorHost:
    """Joins an exchange, a dialect and what may go wrong between them."""

    def __init__(
        self, exchange: PracticeVenue, dialect: Dialect, interference: Interference | None = None
    ) -> None:
        """Open the dialect and listen to the exchange."""
        self.exchange = exchange
        self.dialect = dialect
        self.session = dialect.open(exchange)
        self.lines: list[Line] = []
        self.interference: Interference = interference or Calm()
        self.requests = 0
        self._ticked_ms = exchange.now_ms
        self._clock: Clock | None = None
        exchange.listen(self._heard)

    async def request(self, request: WireRequest) -> HttpReply:
        """Answer a request; `ReplyLost` when its connection shall be cut instead."""
        self.requests += 1
        self._catch_up()
        return await self.interference.request(request, self.session)

    def open_line(self, request: WireRequest) -> Line | HttpReply:
        """Accept a WebSocket, or say why not."""
        self._catch_up()
        if not self.interference.admits():
            return HttpReply(503, b"")
        conversation = self.session.converse(request)
        if isinstance(conversation, HttpReply):
            return conversation
        line = Line(conversation)
        self.lines.append(line)
        self.interference.welcomed(line)
        self._send(line, conversation.opened())
        return line

    def heard(self, line: Line, text: str) -> None:
        """A client's frame arrived."""
        if line.is_open and not line.is_deaf:
            self._catch_up()
            self._send(line, line.conversation.hear(text))
            self._end_if_over(line)

    def drop(self, line: Line) -> None:
        """A client went away, or is sent away."""
        line.hang_up()
        self.lines = [known for known in self.lines if known is not line]

    def advance(self, until_ms: int) -> None:
        """Let the exchange live until then, with a tick for every connection about once a second."""
        while self._ticked_ms + _TICK_MS <= until_ms:
            self._ticked_ms += _TICK_MS
            self.exchange.advance(self._ticked_ms)
            self._tick()
        self.exchange.advance(until_ms)

    async def run(self, clock: Clock) -> None:
        """Keep the exchange at the clock's time until cancelled."""
        self._clock = clock
        while True:
            step_ms = self.exchange.next_step_ms
            due_ms = (
                self._ticked_ms + _TICK_MS if step_ms is None else min(step_ms, self._ticked_ms + _TICK_MS)
            )
            now_ms = clock.now_ms() + self.interference.clock_ahead_ms
            await asyncio.sleep(max(0.0, (due_ms - now_ms) / 1000))
            self._catch_up()

    def _catch_up(self) -> None:
        """Whoever is asked looks at the clock first."""
        if self._clock is not None:
            self.advance(self._clock.now_ms() + self.interference.clock_ahead_ms)

    def _tick(self) -> None:
        self.interference.tick(self._ticked_ms)
        for line in tuple(self.lines):
            self._send(line, line.conversation.tick(self._ticked_ms))
            self._end_if_over(line)

    def _heard(self, event: ExchangeEvent) -> None:
        for line in self.lines:
            frames = line.conversation.tell(event)
            if frames:
                self._send(line, frames)

    def _send(self, line: Line, frames: Sequence[WireFrame]) -> None:
        for text in self.interference.frames(line, frames):
            line.say(text)

    def _end_if_over(self, line: Line) -> None:
        if line.conversation.is_over:
            self.drop(line)
