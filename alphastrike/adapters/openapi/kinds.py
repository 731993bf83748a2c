"""The closed list of what a venue's refusal may mean."""

from types import MappingProxyType
from typing import Final

from alphastrike.domain.errors import (
    AuthError,
    BadCredentials,
    ClockSkewed,
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    Unsupported,
    VenueRejected,
    VenueUnreachable,
    WrongNetwork,
    WrongPassphrase,
)

DONE: Final = "done"  # a refusal that says that there is nothing to do: what was asked for holds
ORDER_UNKNOWN: Final = "order_unknown"  # no such order, or it is gone
UNKNOWN_OUTCOME: Final = "unknown_outcome"  # an order with this refusal may have landed
_TYPES: Final = (
    AuthError,
    BadCredentials,
    ClockSkewed,
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    Unsupported,
    VenueRejected,
    VenueUnreachable,
    WrongNetwork,
    WrongPassphrase,
)
ERROR_TYPES: Final = MappingProxyType({kind.__name__: kind for kind in _TYPES})
ERROR_KINDS: Final = (*ERROR_TYPES, DONE, ORDER_UNKNOWN, UNKNOWN_OUTCOME)
