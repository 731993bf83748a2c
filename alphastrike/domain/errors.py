"""Faults, by whose they are and what to do about them.

AlphaStrikeError
├── ConfigError           yours, before start: fix the configuration or the command line
├── DataError             yours, before start: fix or re-download the file it names
├── StrategyError         yours, while running: correct the strategy it names
├── NotArmed              yours, before start: what the account at the venue needs, nothing was traded
├── VenueError
│   ├── VenueUnreachable     nobody's: a read may be retried
│   │   ├── VenueThrottled      too many requests: nothing was done, wait `retry_after_s`
│   │   ├── VenueBanned         this address is banned: send nothing at all until `until_ms`
│   │   └── BookNotLive         ours: an order wants a book that is not live, nothing was sent
│   ├── VenueRejected        the venue said no: do not retry
│   │   ├── AuthError           yours: the key is not accepted
│   │   │   ├── BadCredentials     unknown key, or a signature that the secret does not explain
│   │   │   ├── WrongPassphrase    the passphrase is not the key's
│   │   │   └── WrongNetwork       the key belongs to the other network (live or test)
│   │   ├── ClockSkewed         yours: this machine's clock is off by more than the venue takes
│   │   ├── UnknownSymbol       yours: the venue does not trade it (any more)
│   │   ├── PrecisionViolated   ours or yours: a price or quantity off its step
│   │   ├── InsufficientMargin  yours: the account cannot carry it
│   │   ├── DuplicateOrderId    proof that an order with this client id has landed before
│   │   └── Unsupported         the venue has no such thing; `capabilities` says so beforehand
│   └── VenueOutcomeUnknown  reconcile by client order id first, never resend blind
└── InvariantBroken       ours: disarm and stop

An expected "no" is not here: halts and refusals are values (`domain.outcomes`).
"""


class AlphaStrikeError(Exception):
    """Any fault this package raises on purpose."""


class ConfigError(AlphaStrikeError):
    """A setting or command-line value that cannot be used; nothing was started."""


class DataError(AlphaStrikeError):
    """A data file that cannot be used as given; nothing was changed."""


class StrategyError(AlphaStrikeError):
    """A strategy of your own raised or answered what cannot be traded on; the run stopped there."""


class NotArmed(AlphaStrikeError):
    """The account at the venue is not as trading needs it; no order was sent."""


class VenueError(AlphaStrikeError):
    """Something went wrong between this process and the venue."""


class VenueUnreachable(VenueError):
    """No answer to a read, and nothing changed at the venue: retry is safe."""


class VenueThrottled(VenueUnreachable):
    """The venue counts too many requests and did nothing: wait, then a read may be retried."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        """Say how long the venue wants to be left alone."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class VenueBanned(VenueUnreachable):
    """The venue refuses everything from this address: nothing is sent until `until_ms`."""

    def __init__(self, message: str, until_ms: int) -> None:
        """Say when the ban ends, in UTC milliseconds of this process's clock."""
        super().__init__(message)
        self.until_ms = until_ms


class BookNotLive(VenueUnreachable):
    """An order needs an order book that is not live; nothing was sent. Wait until it is."""


class VenueRejected(VenueError):
    """The venue understood and refused: retrying the same request is pointless."""


class AuthError(VenueRejected):
    """The venue does not accept the key."""


class BadCredentials(AuthError):
    """The key is unknown, may not do this, or its secret does not explain the signature."""


class WrongPassphrase(AuthError):
    """The passphrase is not the one this key was made with."""


class WrongNetwork(AuthError):
    """The key belongs to the other network: a live key at a test venue, or the reverse."""


class ClockSkewed(VenueRejected):
    """The request's time is too far from the venue's: set this machine's clock."""


class UnknownSymbol(VenueRejected):
    """The venue does not trade this symbol, or no longer."""


class PrecisionViolated(VenueRejected):
    """A price or quantity is not a multiple of the venue's step."""


class InsufficientMargin(VenueRejected):
    """The account has not enough free margin for the order."""


class DuplicateOrderId(VenueRejected):
    """An order with this client id exists: an earlier attempt has landed."""


class Unsupported(VenueRejected):
    """The venue cannot do this; its `capabilities` say so beforehand."""


class VenueOutcomeUnknown(VenueError):
    """A write left this process and its outcome is unknown: probe by client order id."""

    def __init__(self, client_order_id: str, venue: str) -> None:
        """Name the order in doubt and the venue that may hold it."""
        super().__init__(
            f"order {client_order_id}: {venue} did not confirm or refuse it; "
            "query it by client order id before anything else"
        )
        self.client_order_id = client_order_id
        self.venue = venue


class InvariantBroken(AlphaStrikeError):
    """Something that must always hold did not: our fault, stop and report."""
