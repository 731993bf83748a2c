"""What Binance checks before it looks at a request: key, signature, time, weight, ban."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from alphastrike.adapters.binance.signing import signature
from alphastrike.domain.practice import PracticeAccount, PracticeExchange
from alphastrike.transport.dialect import WireRequest

_WEIGHT_A_MINUTE = 2400
_ORDERS_10S, _ORDERS_1M = 300, 1200
_BANNED_AFTER = 20  # refused requests in one minute
_BAN_MS = 120_000
_LONGEST_WINDOW_MS = 60_000
_KEY_LENGTH = 64


class Refused(Exception):
    """A request the venue refuses: HTTP status, its code, its words."""

    def __init__(self, status: int, code: int, message: str, retry_after_s: int = 0) -> None:
        """Say so."""
        super().__init__(message)
        self.status, self.code, self.retry_after_s = status, code, retry_after_s


@dataclass(slots=True)
class Counters:
    """Used weight and orders of one address, by the clock's minute."""

    minute: int = -1
    ten_seconds: int = -1
    weight: int = 0
    orders_1m: int = 0
    orders_10s: int = 0
    refused: int = 0
    banned_until_ms: int = 0

    def spend(self, now_ms: int, weight: int, *, is_order: bool) -> None:
        """Count a request; `Refused` beyond the limit, and a ban for who keeps asking."""
        if now_ms // 60_000 != self.minute:
            self.minute, self.weight, self.orders_1m, self.refused = now_ms // 60_000, 0, 0, 0
        if now_ms // 10_000 != self.ten_seconds:
            self.ten_seconds, self.orders_10s = now_ms // 10_000, 0
        if now_ms < self.banned_until_ms:
            left_s = (self.banned_until_ms - now_ms) // 1000 + 1
            raise Refused(
                418, -1003, f"Way too many requests; IP banned until {self.banned_until_ms}.", left_s
            )
        self.weight += weight
        self.orders_1m += is_order
        self.orders_10s += is_order
        left_s = 60 - now_ms // 1000 % 60
        if self.weight > _WEIGHT_A_MINUTE:
            self.refused += 1
            if self.refused > _BANNED_AFTER:
                self.banned_until_ms = now_ms + _BAN_MS
            raise Refused(429, -1003, "Too many requests; current limit is 2400 per minute.", left_s)
        if self.orders_10s > _ORDERS_10S or self.orders_1m > _ORDERS_1M:
            raise Refused(
                429, -1015, "Too many new orders; current limit is 300 orders per TEN_SECONDS.", left_s
            )

    def headers(self) -> Mapping[str, str]:
        """As the venue reports them."""
        return {
            "x-mbx-used-weight-1m": str(self.weight),
            "x-mbx-order-count-10s": str(self.orders_10s),
            "x-mbx-order-count-1m": str(self.orders_1m),
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """A request past the gate: its parameters and, where it was signed, whose it is."""

    method: str
    path: str
    params: Mapping[str, str]
    account: PracticeAccount | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: WireRequest, path: str) -> "Asked":
        """Parameters of query and body together."""
        params = dict(parse_qsl(request.query, keep_blank_values=True))
        if request.body:
            params |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        return cls(request.method, path, params, None, request.headers)


def account_of_key(exchange: PracticeExchange, headers: Mapping[str, str]) -> PracticeAccount:
    """The account of the key in the headers."""
    key = headers.get("x-mbx-apikey", "")
    if len(key) != _KEY_LENGTH or not key.isalnum():
        raise Refused(401, -2014, "API-key format invalid.")
    account = exchange.account(key)
    if account is None:
        raise Refused(401, -2008, "Invalid Api-Key ID.")
    return account


def check_signature(request: WireRequest, account: PracticeAccount) -> None:
    """HMAC over query and body as they were sent, joined, without the signature itself."""
    given, payload = "", ""
    for part in (request.query, request.body.decode()):
        before, mark, after = part.rpartition("signature=")
        if mark:
            given, _, behind = after.partition("&")
            payload += before.removesuffix("&") + (f"&{behind}" if behind else "")
        else:
            payload += part
    if not given or not hmac.compare_digest(signature(account.key.api_secret, payload), given):
        raise Refused(400, -1022, "Signature for this request is not valid.")


def check_time(params: Mapping[str, str], now_ms: int) -> None:
    """The request's time must lie in the window, and not a second ahead."""
    text, window = params.get("timestamp", ""), params.get("recvWindow", "5000")
    if not text.isdecimal() or not window.isdecimal() or int(window) > _LONGEST_WINDOW_MS:
        raise Refused(
            400, -1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."
        )
    if int(text) >= now_ms + 1000:
        raise Refused(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if now_ms - int(text) > int(window):
        raise Refused(400, -1021, "Timestamp for this request is outside of the recvWindow.")
