"""What WEEX's refusals mean: whose fault it was and what to do."""

from types import MappingProxyType
from typing import Any, Final

from alphastrike.domain.errors import (
    AuthError,
    BadCredentials,
    ClockSkewed,
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    Unsupported,
    VenueError,
    VenueRejected,
    VenueUnreachable,
    WrongPassphrase,
)

_CLOCK: Final = "set this machine's clock (allowed within 30 s of the venue's)"
_KEY: Final = "check the API key and secret"
_KINDS: Final = MappingProxyType(
    {
        **dict.fromkeys((-1040, -1041, -1044, -1047), (BadCredentials, _KEY)),
        -1042: (ClockSkewed, _CLOCK),
        -1043: (ClockSkewed, _CLOCK),
        -1046: (ClockSkewed, _CLOCK),
        -1049: (WrongPassphrase, "check the passphrase, then the key: the venue names either with one code"),
        **dict.fromkeys(range(-1053, -1049), (AuthError, "give the key the permission it lacks")),
        **dict.fromkeys((-1055, -1057, -1190), (AuthError, "the account is not allowed this: ask the venue")),
        -1056: (AuthError, "allow this machine's address for the key"),
        **dict.fromkeys((-1058, -3235), (UnknownSymbol, "the key may not trade it: see apiTradingSymbols")),
        -1121: (UnknownSymbol, "list the tradable ones with get_instruments"),
        -1160: (PrecisionViolated, "round to the instrument's tick_size and quantity_step"),
        **dict.fromkeys((-1150, -3236), (Unsupported, "the venue does not offer this")),
    }
)
_INSUFFICIENT: Final = "amount not enough"
_ORDER_NOT_FOUND: Final = frozenset({-3200, -2200})


class OrderGone(VenueRejected):
    """No such order, or it has ended: nothing is left to cancel."""


def error_of(code: object, message: str) -> VenueError:
    """The typed error of a refusal. `code` is `code` of an answer or `errorCode` of an order."""
    number = _number(code)
    said = f"weex {number}: {message[:200]}"
    if _INSUFFICIENT in message.lower():
        return InsufficientMargin(f"{said}; add margin or lower the quantity")
    if "duplicate" in message.lower() and "client" in message.lower():
        return DuplicateOrderId(said)
    if number in _ORDER_NOT_FOUND:
        return OrderGone(f"{said}; it was never placed, or has ended")
    if number == -1054:
        return VenueUnreachable(f"{said}; the venue's own fault, try again later")
    kind, advice = _KINDS.get(number, (VenueRejected, "see the venue's list of error codes"))
    return kind(f"{said}; {advice}")


def refusal_in(answer: Any) -> tuple[object, str] | None:
    """Code and words of a refusal inside an answer, whatever its HTTP status; None when it is none.

    Orders are refused with `success: false` inside an answer of HTTP 200.
    """
    if not isinstance(answer, dict):
        return None
    if answer.get("success") is False:
        return answer.get("errorCode"), str(answer.get("errorMessage") or answer.get("errorMsg") or "refused")
    code = answer.get("code")
    if code is not None and "msg" in answer and str(code) not in {"0", "200", "00000"}:
        return code, str(answer["msg"])
    return None


def _number(code: object) -> int:
    try:
        return int(str(code))
    except ValueError:
        return 0
