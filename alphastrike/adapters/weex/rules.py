"""WEEX's requests under the transport's rules: encode, sign, and read a refusal where the venue puts it."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from alphastrike.adapters.weex.endpoints import ENDPOINTS, check_signable, endpoint
from alphastrike.adapters.weex.errors import error_of, refusal_in
from alphastrike.adapters.weex.signing import request_headers
from alphastrike.domain.errors import VenueError, VenueOutcomeUnknown, VenueUnreachable
from alphastrike.domain.wire_values import integer_at
from alphastrike.transport.client import Call
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.json_text import encode
from alphastrike.transport.limits import RateRule
from alphastrike.transport.wire import HttpReply, HttpRequest

# 500 weight in any ten seconds, each operation by itself: half of it at once and half as it refills.
LIMITS: Final = tuple(RateRule(name, 250, 10.0) for name in ENDPOINTS)
_WRITES: Final = frozenset({"POST", "DELETE"})


class WeexRules:
    """Pure but for the key it holds and whether requests are wanted."""

    def __init__(self, rest_url: str, key: Credentials, *, is_demo: bool) -> None:
        """Sign with this key for this address; in demo mode only what belongs to the demo account."""
        self._rest_url = rest_url.rstrip("/")
        self._key = key
        self._is_demo = is_demo
        self.is_open = False

    def call(self, name: str, **params: Any) -> Call:
        """The request of an operation; parameters that are None are left out."""
        if not self.is_open:
            raise VenueUnreachable("weex: not connected; call connect() first")
        found = endpoint(name, is_demo=self._is_demo)
        sent = {key: value for key, value in params.items() if value is not None}
        return Call(found.method, found.path, sent, {name: found.weight}, is_signed=found.is_private)

    def prepare(self, call: Call, now_ms: int) -> HttpRequest:
        """Encode and sign. In demo mode a private path outside the demo account is never signed nor sent."""
        has_body = call.method == "POST"
        query = "" if has_body or not call.params else "?" + urlencode(call.params)
        body = encode(dict(call.params)) if has_body else b""
        target, headers = call.path + query, {"User-Agent": "alphastrike"}
        if call.is_signed:
            check_signable(call.path, is_demo=self._is_demo)
            headers = request_headers(self._key, now_ms, call.method, target, body.decode())
        return HttpRequest(call.method, self._rest_url + target, headers, body)

    def fault(self, call: Call, reply: HttpReply, body: Any) -> VenueError | None:
        """What an answer refuses, also inside HTTP 200; a write after which nothing is certain is unknown."""
        refused = refusal_in(body)
        found = error_of(*refused) if refused is not None else None
        is_certain = reply.status < 500 and not isinstance(found, VenueUnreachable)
        if call.method in _WRITES and not is_certain:
            return VenueOutcomeUnknown(_identity(call.params), "weex")
        if found is not None or reply.status < 400:
            return found
        return VenueUnreachable(f"weex {call.path}: observed HTTP {reply.status}, allowed 200; try again")

    def server_time_call(self) -> Call:
        """`market/time`."""
        return self.call("time")

    def server_time_ms(self, body: Any) -> int:
        """Its one number."""
        return integer_at(body, "serverTime")

    def spent(self, reply: HttpReply) -> Mapping[str, float]:
        """The venue does not say."""
        del reply
        return {}


def _identity(params: Mapping[str, Any]) -> str:
    for key in ("newClientOrderId", "clientAlgoId", "origClientOrderId", "orderId"):
        if key in params:
            return str(params[key])
    return "(no order)"
