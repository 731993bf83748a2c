"""The library's errors as ours: whose fault it was and what to do."""

from typing import Any

from alphastrike.domain.errors import (
    AuthError,
    BadCredentials,
    ClockSkewed,
    DuplicateOrderId,
    InsufficientMargin,
    UnknownSymbol,
    Unsupported,
    VenueError,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueThrottled,
    VenueUnreachable,
)

_PAUSE_S = 1.0
# From the particular to the general: the first that fits.
_KINDS = (
    ("InvalidNonce", ClockSkewed),
    ("PermissionDenied", AuthError),
    ("AuthenticationError", BadCredentials),
    ("InsufficientFunds", InsufficientMargin),
    ("BadSymbol", UnknownSymbol),
    ("DuplicateOrderId", DuplicateOrderId),
    ("NotSupported", Unsupported),
)


def fault_of(error: Exception, client_order_id: str | None = None) -> VenueError:
    """Typed. With a client order id the request was an order, which may have landed unless it was refused.

    The library does not tell a ban from throttling; both wait.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    words = f"ccxt {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    if names & {"RateLimitExceeded", "DDoSProtection"}:
        return VenueThrottled(f"{words}; fewer requests", _PAUSE_S)
    if "NetworkError" in names or isinstance(error, TimeoutError):
        if client_order_id is not None:
            return VenueOutcomeUnknown(client_order_id, "ccxt")
        return VenueUnreachable(f"{words}; try again")
    if "duplicate" in words.lower() and "client" in words.lower():
        return DuplicateOrderId(words)
    for name, kind in _KINDS:
        if name in names:
            return kind(words)
    return VenueRejected(words)


def is_order_gone(error: Any) -> bool:
    """Whether the venue says that there is no such order (any more)."""
    return any(kind.__name__ == "OrderNotFound" for kind in type(error).__mro__) or any(
        words in str(error) for words in ("not exist", "-3200")
    )
