"""A described venue's requests under the transport's rules."""

from collections.abc import Mapping
from typing import Any

import jmespath

from alphastrike.adapters.openapi.description import Errors, VenueDescription
from alphastrike.adapters.openapi.kinds import DONE, ERROR_TYPES, ORDER_UNKNOWN, UNKNOWN_OUTCOME
from alphastrike.adapters.openapi.plan import CompiledCall, NativeRequest
from alphastrike.adapters.openapi.signing import signed
from alphastrike.domain.errors import (
    VenueError,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueThrottled,
    VenueUnreachable,
)
from alphastrike.transport.client import Call
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.limits import RateRule
from alphastrike.transport.wire import HttpReply, HttpRequest

_WRITES = frozenset({"POST", "PUT", "DELETE", "PATCH"})
_DEFAULT_PAUSE_S = 1.0


class NothingToDo(VenueRejected):
    """A refusal that says that what was asked for holds already."""


class OrderGone(VenueRejected):
    """No such order, or it has ended."""


class DescribedRules:
    """`WireRules` from a description; pure but for the key it holds."""

    def __init__(
        self,
        description: VenueDescription,
        methods: Mapping[str, tuple[CompiledCall, ...]],
        url: str,
        key: Credentials | None,
    ) -> None:
        """Sign with this key for this address."""
        self._venue = description.venue
        self._auth = description.auth
        self._errors = CompiledErrors(description.errors, description.venue)
        self._url = url.rstrip("/")
        self._key = key
        self._clock = methods["get_server_time_ms"][0]
        self._limits = description.limits

    @property
    def limits(self) -> tuple[RateRule, ...]:
        """The description's token buckets."""
        return tuple(
            RateRule(f"rule {number}", limit.tokens, limit.per_s) for number, limit in enumerate(self._limits)
        )

    def call(self, request: NativeRequest) -> Call:
        """A compiled request as the transport carries it."""
        costs = {
            f"rule {number}": 1.0
            for number, limit in enumerate(self._limits)
            if not limit.operations or request.operation in limit.operations
        }
        return Call(request.method, request.path, {"request": request}, costs, is_signed=request.is_private)

    def prepare(self, call: Call, now_ms: int) -> HttpRequest:
        """Encode and sign."""
        ready = signed(self._auth, self._key, call.params["request"], now_ms)
        return HttpRequest(ready.method, self._url + ready.target, ready.headers, ready.body.encode())

    def fault(self, call: Call, reply: HttpReply, body: Any) -> VenueError | None:
        """What an answer refuses, by the description's own words."""
        is_write = call.method in _WRITES
        # A code named in the description is certain; any other under such a status is not.
        is_open = self._errors.is_unknown(reply.status) and not self._errors.names(body)
        if is_open and is_write:
            return VenueOutcomeUnknown("(this order)", self._venue)
        refusal = None if is_open else self._errors.refusal(body, is_write=is_write)
        if refusal is not None or reply.status < 400:
            return refusal
        said = f"{self._venue} {call.path}: observed HTTP {reply.status}, allowed 200"
        return VenueUnreachable(said) if reply.status >= 500 else VenueRejected(said)

    def server_time_call(self) -> Call:
        """The bound operation."""
        return self.call(self._clock.request({}))

    def server_time_ms(self, body: Any) -> int:
        """Its one field."""
        rows = self._clock.read(body)
        if not rows or rows[0]["time_ms"] is None:
            raise VenueUnreachable(f"{self._venue}: observed no server time, allowed one")
        return int(rows[0]["time_ms"])

    def spent(self, reply: HttpReply) -> Mapping[str, float]:
        """A description cannot say."""
        del reply
        return {}


class CompiledErrors:
    """When an answer refuses, and what it means."""

    def __init__(self, errors: Errors, venue: str) -> None:
        """Compile checked expressions."""
        self._errors = errors
        self._venue = venue
        self._refused, self._code, self._message = (
            jmespath.compile(path) for path in (errors.refused, errors.code, errors.message)
        )

    def is_unknown(self, status: int) -> bool:
        """Whether an order may have landed under this status."""
        return status in self._errors.unknown_outcome_http

    def names(self, body: Any) -> bool:
        """Whether the description says what this answer's code means."""
        return body is not None and str(self._code.search(body)) in self._errors.kinds

    def refusal(self, body: Any, *, is_write: bool) -> VenueError | None:
        """The typed error of an answer that refuses, or None."""
        if body is None or not _is_true(self._refused.search(body)):
            return None
        code, words = str(self._code.search(body)), str(self._message.search(body))[:200]
        said = f"{self._venue} {code}: {words}"
        kind = self._errors.kinds.get(code, "VenueRejected")
        if kind == DONE:
            return NothingToDo(said)
        if kind == ORDER_UNKNOWN:
            return OrderGone(said)
        if kind == UNKNOWN_OUTCOME:
            return VenueOutcomeUnknown("(this order)", self._venue) if is_write else VenueUnreachable(said)
        if kind == VenueUnreachable.__name__:
            return VenueThrottled(said, _DEFAULT_PAUSE_S)
        return ERROR_TYPES[kind](said)


def _is_true(value: Any) -> bool:
    """JMESPath's own truth: false, null, and what is empty are not; numbers are."""
    return value is not None and value is not False and value not in ("", [], {})
