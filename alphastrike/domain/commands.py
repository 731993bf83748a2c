"""What the engine asks of the outside: values a driver carries out in the order given."""

from dataclasses import dataclass

from alphastrike.domain.interventions import TriggerFired
from alphastrike.domain.orders import UnifiedOrder
from alphastrike.domain.outcomes import Outcome, Reason


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Send this order. `order_id` is the engine's own number for it, unique in the run."""

    order: UnifiedOrder
    order_id: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel the order with this client id."""

    symbol: str
    client_order_id: str
    order_id: int


Command = PlaceOrder | CancelOrder


@dataclass(frozen=True, slots=True)
class ReviewRequested:
    """Ask an advisor, off the order path; an answer after `deadline_ms` is no answer.

    `report` is the performance report as canonical JSON: all that an advisor may know.
    """

    event_time_ms: int
    review_id: str
    fired: tuple[TriggerFired, ...]
    report: str
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """Tell the operator. `message` is cleaned of control characters and short."""

    event_time_ms: int
    severity: str
    message: str


Request = ReviewRequested | AlertRaised


@dataclass(frozen=True, slots=True)
class Step:
    """The engine's whole answer to one event: one outcome a symbol, and what to do, in order.

    `commands` go to the venue, `requests` to anyone but the venue.
    """

    outcomes: tuple[Outcome, ...]
    commands: tuple[Command, ...]
    requests: tuple[Request, ...] = ()
