"""Faults carried out: in front of the wire, and at the exchange behind it. Seeded by its plan alone."""

import asyncio
import gzip
from collections.abc import Callable, Sequence
from decimal import Decimal

from alphastrike.simulator.exchange import PracticeVenue
from alphastrike.simulator.faults import Fault
from alphastrike.simulator.host import Line, ReplyLost
from alphastrike.transport.dialect import Refusal, WireFrame, WireRequest, WireSession
from alphastrike.transport.wire import HttpReply

_RETRY_AFTER_S = 5
_BAN_S = 30
_SLOW_S = 15.0
_STEP_MS = 5_000
_HUGE = '{"nothing":"' + "x" * (10 * 1024 * 1024) + '"}'
_CUT = '{"e":"depthUpdate","E":12'
_NOTICED_AFTER_MS = 40_000  # a dead peer is noticed by two pings of twenty seconds
_WRITES = {"POST", "PUT"}
_PER_LINE = {
    "drop_sockets",
    "half_open",
    "refuse_sockets",
    "maintenance",
    "garbage_frame",
    "huge_frame",
    "thin_book",
    "liquidation_offline",
    "deleveraging_offline",
}
_INSTEAD = {
    "maintenance": Refusal.UNAVAILABLE,
    "unavailable": Refusal.UNAVAILABLE,
    "unknown_lost": Refusal.OUTCOME_UNKNOWN,
}


class Chaos:
    """`Interference` by plan. `requests_while_banned` counts those after the one that was told of it."""

    def __init__(self, plan: Sequence[Fault]) -> None:
        """Wait for the first tick, which is the plan's second 0."""
        self._plan = list(plan)
        self._lines: Callable[[], Sequence[Line]] = list
        self._drop: Callable[[Line], None] = _nothing
        self._exchange: PracticeVenue | None = None
        self._session: WireSession | None = None
        self._started_ms: int | None = None
        self._now_ms = 0
        self._until_ms: dict[str, int] = {}
        self._once: dict[str, int] = {}
        self._held: list[tuple[Line, str]] = []
        self._swapped: dict[int, str] = {}
        self._deaf_since_ms: dict[int, int] = {}
        self._answers: dict[tuple[str, str], HttpReply] = {}
        self._banned_until_ms = 0
        self._told_until_s = 0.0
        self._pause_until_ms = 0
        self.requests_while_banned = 0
        self.bans = 0
        self.started: list[Fault] = []

    def attach(
        self,
        exchange: PracticeVenue,
        session: WireSession,
        lines: Callable[[], Sequence[Line]],
        drop: Callable[[Line], None],
    ) -> None:
        """Reach the exchange, its dialect and its connections."""
        self._exchange, self._session, self._lines, self._drop = exchange, session, lines, drop

    @property
    def is_over(self) -> bool:
        """Whether every fault of the plan has come and gone."""
        quiet = all(until <= self._now_ms for until in self._until_ms.values())
        return not self._plan and quiet and not self._deaf_since_ms and self._banned_until_ms <= self._now_ms

    @property
    def clock_ahead_ms(self) -> int:
        """How far the venue's clock is ahead of the time."""
        return _STEP_MS if self._is_on("clock_step") else 0

    def admits(self) -> bool:
        """Whether a WebSocket is accepted now."""
        shut = ("refuse_sockets", "maintenance", "liquidation_offline", "deleveraging_offline")
        return not any(self._is_on(name) for name in shut)

    def welcomed(self, line: Line) -> None:
        """A new connection: silent, where that is the fault."""
        if self._is_on("no_first_message"):
            self._deafen(line)

    async def request(self, request: WireRequest, session: WireSession) -> HttpReply:
        """Answer in the session's place, or let it."""
        refusal = self._limited(session)
        if refusal is not None:
            return refusal
        if self._is_on("slow_replies"):
            await asyncio.sleep(_SLOW_S)
        if request.method in _WRITES:
            refusal = self._write_refused(session)
            if refusal is not None:
                return refusal
        elif self._is_on("unavailable") or self._is_on("maintenance"):
            return session.refusal(Refusal.UNAVAILABLE, 0)
        return self._spoiled(request, session.answer(request), session)

    def frames(self, line: Line, frames: Sequence[WireFrame]) -> Sequence[str]:
        """The texts that really go out."""
        texts: list[str] = []
        for frame in frames:
            texts += self._texts(line, frame)
        return texts

    def tick(self, now_ms: int) -> None:
        """Begin what is due, end what is over."""
        self._now_ms = now_ms
        self._started_ms = now_ms if self._started_ms is None else self._started_ms
        while self._plan and self._plan[0].at_s * 1000 <= now_ms - self._started_ms:
            self._begin(self._plan.pop(0))
        for line in tuple(self._lines()):
            since_ms = self._deaf_since_ms.get(id(line))
            if since_ms is not None and now_ms - since_ms >= _NOTICED_AFTER_MS:
                del self._deaf_since_ms[id(line)]
                self._drop(line)
        known = {id(line) for line in self._lines()}
        self._deaf_since_ms = {key: at for key, at in self._deaf_since_ms.items() if key in known}
        if self._held and not self._is_on("late_user_events"):
            held, self._held = self._held, []
            for line, text in held:
                line.say(text)

    def _begin(self, fault: Fault) -> None:
        self.started.append(fault)
        name = fault.name
        self._until_ms[name] = self._now_ms + int(fault.for_s * 1000)
        if name in _PER_LINE:
            for line in tuple(self._lines()):
                self._strike(name, line)
        elif name == "ban":
            self._ban()
        elif name == "expire_user_streams" and self._session is not None:
            self._session.expire_user_streams()
        else:
            self._once[name] = 1
        self._touch_exchange(name)

    def _strike(self, name: str, line: Line) -> None:
        if name == "half_open":
            self._deafen(line)
        elif name in {"garbage_frame", "huge_frame"}:
            line.say(_CUT if name == "garbage_frame" else _HUGE)
        else:
            self._drop(line)

    def _touch_exchange(self, name: str) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        last = exchange.symbols[-1]
        if name == "delisting":
            exchange.delist(last)
        elif name == "tick_change":
            tick = exchange.market(last).instrument.tick_size
            exchange.change_tick(last, min(tick * 10, Decimal(1)))
        elif name in {"liquidation_offline", "deleveraging_offline"}:
            _take_over(exchange, deleveraging=name == "deleveraging_offline")
        elif name == "thin_book":
            until_ms = self._until_ms[name]
            for symbol in exchange.symbols:
                exchange.market(symbol).thin_until_ms = until_ms

    def _limited(self, session: WireSession) -> HttpReply | None:
        if self._now_ms < self._banned_until_ms:
            wait_s = (self._banned_until_ms - self._now_ms) // 1000 + 1
            # By a clock that no fault moves: who was told to wait knows no other.
            at_s = asyncio.get_running_loop().time()
            if at_s < self._told_until_s:
                self.requests_while_banned += 1
            else:
                self._told_until_s = at_s + wait_s
            return session.refusal(Refusal.BANNED, wait_s)
        if not self._is_on("throttle"):
            return None
        if self._now_ms < self._pause_until_ms - 1000:
            self._ban()
            return session.refusal(Refusal.BANNED, _BAN_S)
        self._pause_until_ms = self._now_ms + _RETRY_AFTER_S * 1000
        return session.refusal(Refusal.THROTTLED, _RETRY_AFTER_S)

    def _write_refused(self, session: WireSession) -> HttpReply | None:
        for name, kind in _INSTEAD.items():
            if self._is_on(name):
                return session.refusal(kind, 0)
        if self._is_on("request_lost"):
            raise ReplyLost
        return None

    def _spoiled(self, request: WireRequest, reply: HttpReply, session: WireSession) -> HttpReply:
        """What becomes of a reply on its way back; the request was carried out."""
        if request.method in _WRITES:
            if self._is_on("reply_lost"):
                raise ReplyLost
            if self._is_on("unknown_landed"):
                return session.refusal(Refusal.OUTCOME_UNKNOWN, 0)
        if self._is_on("html_502"):
            return HttpReply(502, b"<html><body>502 Bad Gateway</body></html>", {"content-type": "text/html"})
        if self._is_on("broken_gzip"):
            packed = gzip.compress(reply.body, mtime=0)
            headers = {**reply.headers, "content-encoding": "gzip"}
            return HttpReply(reply.status, packed[: len(packed) // 2], headers)
        if self._is_on("truncated_reply"):
            return HttpReply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        return self._spoiled_book(request, reply)

    def _spoiled_book(self, request: WireRequest, reply: HttpReply) -> HttpReply:
        is_book = b'"bids"' in reply.body and b'"asks"' in reply.body
        if is_book and self._is_on("crossed_book"):
            body = (
                reply.body.replace(b'"bids"', b'"x"').replace(b'"asks"', b'"bids"').replace(b'"x"', b'"asks"')
            )
            return HttpReply(reply.status, body, reply.headers)
        key = (request.path, request.query)
        if is_book and self._is_on("stale_replies"):
            return self._answers.get(key, reply)
        if is_book:
            self._answers[key] = reply
        return reply

    def _texts(self, line: Line, frame: WireFrame) -> list[str]:
        text, is_book = frame.text, frame.topic.startswith("book:")
        if is_book and (self._is_on("frozen_books") or self._spend("gap")):
            return []
        if is_book and id(line) in self._swapped:
            return [text, self._swapped.pop(id(line))]
        if is_book and self._spend("reorder_frames"):
            self._swapped[id(line)] = text
            return []
        if self._is_on("odd_values") and self._session is not None:
            for plain, odd in self._session.odd_values.items():
                text = text.replace(plain, odd)
        if frame.topic == "user" and self._is_on("late_user_events"):
            self._held.append((line, text))
            return []
        return [text, text] if self._is_on("duplicate_frames") else [text]

    def _deafen(self, line: Line) -> None:
        line.is_deaf = True
        self._deaf_since_ms[id(line)] = self._now_ms

    def _ban(self) -> None:
        self.bans += 1
        self._banned_until_ms = self._now_ms + _BAN_S * 1000

    def _is_on(self, name: str) -> bool:
        return self._now_ms < self._until_ms.get(name, 0)

    def _spend(self, name: str) -> bool:
        """Whether a fault that strikes once strikes now."""
        if self._once.get(name, 0) > 0:
            self._once[name] = 0
            return True
        return False


def _take_over(exchange: PracticeVenue, *, deleveraging: bool) -> None:
    """Close every position a little beyond its mark price."""
    for account in exchange.accounts:
        for position in account.positions():
            price = float(position.mark_price) * (0.99 if position.quantity > 0 else 1.01)
            account.take_over(position.symbol, price, deleveraging=deleveraging)


def _nothing(_: Line) -> None:
    """Nobody to drop."""
