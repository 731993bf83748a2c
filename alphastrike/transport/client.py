"""Requests to a venue under its rules: budgets, bans, clock, retries of reads, and no write sent twice."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from alphastrike.domain.errors import (
    ClockSkewed,
    VenueBanned,
    VenueError,
    VenueOutcomeUnknown,
    VenueThrottled,
    VenueUnreachable,
)
from alphastrike.transport.backoff import Chance, full_jitter
from alphastrike.transport.clock import Clock, VenueClock
from alphastrike.transport.json_text import BrokenJson, decode
from alphastrike.transport.lane import Lane
from alphastrike.transport.limits import Budgets, RateRule
from alphastrike.transport.wire import HttpReply, HttpRequest, HttpSender, SendFailed

_RESYNC_MS = 300_000
_TRUSTED_MS = 12 * 3_600_000  # an order does not wait for a new measurement while reads keep making them
_DEFAULT_PAUSE_S = 1.0
_DEFAULT_BAN_S = 120.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a venue's interface, before it is signed. `costs` names rate rules."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    costs: Mapping[str, float] = field(default_factory=dict)
    is_signed: bool = False
    host: str = ""  # of another base address, where a venue has several


class WireRules(Protocol):
    """What only the adapter knows of its venue's requests."""

    def prepare(self, call: Call, now_ms: int) -> HttpRequest:
        """Encode and, where asked, sign."""
        ...

    def fault(self, call: Call, reply: HttpReply, body: Any) -> VenueError | None:
        """The typed fault a reply means, or None; `VenueOutcomeUnknown` only for writes that may have landed.

        Statuses 418 and 429 are judged before. `body` is the decoded JSON, None where it is none.
        """
        ...

    def server_time_call(self) -> Call:
        """How to ask for the venue's time."""
        ...

    def server_time_ms(self, body: Any) -> int:
        """The time in that answer."""
        ...

    def spent(self, reply: HttpReply) -> Mapping[str, float]:
        """Tokens used by rule, as the venue counts them in its headers; empty where it does not say."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait and how often to ask again."""

    timeout_s: float = 10.0
    attempts: int = 4
    first_wait_s: float = 0.25
    longest_wait_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a client is given instead of taking it: the wire, the time and chance."""

    sender: HttpSender
    clock: Clock
    chance: Chance


class VenueClient:
    """One venue, one account, one budget."""

    def __init__(
        self,
        venue: str,
        rules: WireRules,
        limits: tuple[RateRule, ...],
        surroundings: Surroundings,
        patience: Patience | None = None,
    ) -> None:
        """Send nothing yet."""
        self.venue = venue
        self.venue_clock = VenueClock(surroundings.clock)
        self.budgets = Budgets(limits, surroundings.clock)
        self._rules = rules
        self._around = surroundings
        self._patience = patience or Patience()
        self._banned_until_ms = 0
        self._lane = Lane()
        self._synced_ms: int | None = None
        self.on_ban: Callable[[int], None] | None = None

    @property
    def banned_until_ms(self) -> int:
        """End of the present ban, in this machine's time; in the past when there is none."""
        return self._banned_until_ms

    async def close(self) -> None:
        """Let go of connections; safe to call twice."""
        await self._around.sender.close()

    async def read(self, call: Call) -> Any:
        """The decoded answer. Asked again, with full jitter, while the fault is nobody's."""
        return await self._patiently(lambda: self._asked(call))

    async def _patiently(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        patience, attempt = self._patience, 0
        last: VenueError
        while True:
            try:
                return await ask()
            except VenueBanned:
                raise
            except VenueThrottled as fault:
                wait, last = fault.retry_after_s, fault
            except VenueUnreachable as fault:
                wait = full_jitter(
                    attempt,
                    self._around.chance,
                    first_s=patience.first_wait_s,
                    longest_s=patience.longest_wait_s,
                )
                last = fault
            except ClockSkewed as fault:
                if attempt:
                    raise
                await self._measure_clock(force=True)
                wait, last = 0.0, fault
            attempt += 1
            if attempt >= patience.attempts:
                raise last
            await asyncio.sleep(wait)

    async def write(
        self, call: Call, client_order_id: str, last_check: Callable[[], None] | None = None
    ) -> Any:
        """Send once, never again. `VenueOutcomeUnknown` when it may have landed and nobody said so.

        `last_check` raises what forbids it, after every wait and just before it is sent.
        """
        await self._ready(call, _TRUSTED_MS)
        try:
            reply = await self._sent(call, is_order=True, last_check=last_check)
        except SendFailed as failure:
            if not failure.was_sent:
                raise VenueUnreachable(f"{self.venue}: {failure}; the order was not sent") from failure
            raise VenueOutcomeUnknown(client_order_id, self.venue) from failure
        try:
            return self._judged(call, reply)
        except BrokenJson as error:
            raise VenueOutcomeUnknown(client_order_id, self.venue) from error
        except ClockSkewed:
            self._synced_ms = None  # measure again before the next signed request
            raise

    async def sync_clock(self, *, force: bool = False) -> None:
        """Measure the venue's clock by the midpoint of a round trip, as patiently as it is read."""
        await self._patiently(lambda: self._measure_clock(force=force))

    async def _measure_clock(self, *, force: bool) -> None:
        call, clock = self._rules.server_time_call(), self._around.clock
        asked_ms = clock.now_ms()
        body = await self._asked(call)
        answered_ms = clock.now_ms()
        self.venue_clock.sample(asked_ms, self._rules.server_time_ms(body), answered_ms, force=force)
        self._synced_ms = answered_ms

    async def _asked(self, call: Call) -> Any:
        await self._ready(call)
        try:
            return self._judged(call, await self._sent(call, is_order=False))
        except SendFailed as failure:
            raise VenueUnreachable(f"{self.venue} {call.path}: {failure}") from failure
        except BrokenJson as error:
            raise VenueUnreachable(f"{self.venue} {call.path}: {error}") from error

    async def _ready(self, call: Call, trusted_ms: int = _RESYNC_MS) -> None:
        now_ms = self._around.clock.now_ms()
        if call.is_signed and (self._synced_ms is None or now_ms - self._synced_ms > trusted_ms):
            await self._measure_clock(force=self._synced_ms is None)
        await self.budgets.draw(call.costs)
        self._refuse_while_banned()

    def _refuse_while_banned(self) -> None:
        if self._around.clock.now_ms() < self._banned_until_ms:
            raise VenueBanned(
                f"{self.venue}: banned until {self._banned_until_ms} ms UTC, so nothing was sent; wait, and "
                "send fewer requests",
                self._banned_until_ms,
            )

    async def _sent(
        self, call: Call, *, is_order: bool, last_check: Callable[[], None] | None = None
    ) -> HttpReply:
        async with self._lane.turn(is_order=is_order):
            await self.budgets.draw({})  # the request before may have been told to wait
            self._refuse_while_banned()
            if last_check is not None:
                last_check()
            request = self._rules.prepare(call, self.venue_clock.now_ms())
            reply = await self._around.sender.send(request, self._patience.timeout_s)
            for name, used in self._rules.spent(reply).items():
                self.budgets.used(name, used)
            self._heed(call, reply)
        return reply

    def _judged(self, call: Call, reply: HttpReply) -> Any:
        try:
            body = decode(reply.body)
        except BrokenJson:
            fault = self._rules.fault(call, reply, None)
            if fault is not None:
                raise fault from None
            raise
        fault = self._rules.fault(call, reply, body)
        if fault is not None:
            raise fault
        return body

    def _heed(self, call: Call, reply: HttpReply) -> None:
        """Stop for as long as the venue says: everything for a ban, and nothing goes early for a 429."""
        if reply.status == 418:
            seconds = _seconds(reply, _DEFAULT_BAN_S)
            # A millisecond more, as that is how finely the clock is read.
            self._banned_until_ms = self._around.clock.now_ms() + int(seconds * 1000) + 1
            if self.on_ban is not None:
                self.on_ban(self._banned_until_ms)
            self._refuse_while_banned()
        if reply.status == 429:
            seconds = _seconds(reply, _DEFAULT_PAUSE_S)
            self.budgets.pause(seconds)
            raise VenueThrottled(
                f"{self.venue} {call.path}: too many requests; waiting {seconds:g} s as the venue asks",
                seconds,
            )


def _seconds(reply: HttpReply, otherwise: float) -> float:
    try:
        return max(0.0, float(reply.headers.get("retry-after", otherwise)))
    except ValueError:
        return otherwise
