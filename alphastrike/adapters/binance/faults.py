"""What Binance's error codes mean here: one typed fault each. Source: the venue's error-code page."""

from collections.abc import Mapping
from typing import Any

from alphastrike.domain.errors import (
    BadCredentials,
    ClockSkewed,
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    VenueError,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueThrottled,
    VenueUnreachable,
    WrongNetwork,
)

NO_SUCH_ORDER = {-2011, -2013}
NO_NEED_TO_CHANGE = {-4046, -4059}
# "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
_UNKNOWN = {-1006, -1007}
_KINDS: Mapping[int, tuple[type[VenueError], str]] = {
    -1002: (BadCredentials, "give the key the right to trade futures"),
    -1021: (ClockSkewed, "set this machine's clock, or raise receive_window_ms"),
    -5028: (ClockSkewed, "set this machine's clock, or raise receive_window_ms"),
    -1022: (BadCredentials, "check the api secret: it does not explain the signature"),
    -2014: (BadCredentials, "check the api key: it is malformed"),
    -2015: (BadCredentials, "check key, its rights and the addresses it is bound to"),
    -2008: (WrongNetwork, "the key is unknown here: demo keys trade on demo only, live keys on live only"),
    -1121: (UnknownSymbol, "choose a listed symbol"),
    -4141: (UnknownSymbol, "the symbol is being delisted"),
    -1111: (PrecisionViolated, "round to the symbol's steps"),
    -1106: (PrecisionViolated, "send only the parameters the order type takes"),
    -4014: (PrecisionViolated, "round the price to the tick"),
    -4023: (PrecisionViolated, "round the quantity to the step"),
    -2018: (InsufficientMargin, "reduce the order or add margin"),
    -2019: (InsufficientMargin, "reduce the order or add margin"),
    -2027: (InsufficientMargin, "reduce the position or the leverage"),
    -4116: (DuplicateOrderId, "an order with this id has landed: query it"),
    -1000: (VenueUnreachable, "try again later"),
    -1001: (VenueUnreachable, "try again later"),
    -1008: (VenueUnreachable, "the venue is overloaded and did nothing: try again later"),
}


class OrderMissing(VenueRejected):
    """The venue knows no such order, or it cannot be cancelled any more."""


class NothingToChange(VenueRejected):
    """The setting already is what was asked for."""


def fault_of(status: int, body: Any, what: str, client_order_id: str) -> VenueError | None:
    """The fault in a reply, None when there is none. `client_order_id` is empty for reads."""
    code = int(body.get("code", 0)) if isinstance(body, dict) and _is_code(body.get("code")) else 0
    message = str(body.get("msg", "")) if isinstance(body, dict) else ""
    if status < 400 and (code >= 0 or code == 200):
        return None
    subject = f"binance {what}{f' ({client_order_id})' if client_order_id else ''}: {message or 'no JSON'}"
    if code in _UNKNOWN or (status >= 500 and code != -1008 and not _failed(message)):
        if client_order_id:
            return VenueOutcomeUnknown(client_order_id, "binance")
        return VenueUnreachable(f"{subject} (HTTP {status})")
    return _typed(code, status, subject)


def _typed(code: int, status: int, subject: str) -> VenueError:
    if code in NO_SUCH_ORDER:
        return OrderMissing(f"{subject} ({code})")
    if code in NO_NEED_TO_CHANGE:
        return NothingToChange(f"{subject} ({code})")
    if code in {-1003, -1015}:
        return VenueThrottled(f"{subject} ({code}); wait", 10.0)
    kind, advice = _KINDS.get(code, (VenueUnreachable if status >= 500 else VenueRejected, ""))
    return kind(f"{subject} ({code or f'HTTP {status}'}){f'; {advice}' if advice else ''}")


def _failed(message: str) -> bool:
    """HTTP 503 with these words says that the request certainly failed; any other 5xx does not say."""
    return "Service Unavailable" in message


def _is_code(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdecimal())
