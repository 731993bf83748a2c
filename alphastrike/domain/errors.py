"""Faults, by whose they are and what to do about them.

AlphaStrikeError
├── ConfigError           yours, before start: fix the configuration or the command line
├── DataError             yours, before start: fix or re-download the file it names
├── StrategyError         yours, while running: correct the strategy it names
├── VenueError
│   ├── VenueUnreachable     nobody's: a read may be retried
│   ├── VenueRejected        the venue said no: do not retry
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


class VenueError(AlphaStrikeError):
    """Something went wrong between this process and the venue."""


class VenueUnreachable(VenueError):
    """No answer to a read, and nothing changed at the venue: retry is safe."""


class VenueRejected(VenueError):
    """The venue understood and refused: retrying the same request is pointless."""


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
