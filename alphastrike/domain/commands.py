"""What the engine asks of the outside: values a driver carries out in the order given."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.interventions import TriggerFired
from alphastrike.domain.orders import UnifiedOrder
from alphastrike.domain.outcomes import Outcome, Reason


@dataclass(frozen=True, slots=True)
class ApprovedOrder:
    """An order somebody answers for: risk, up to `approved_quantity` base units, or an operator.

    `InvariantBroken` for an opening order beyond that; reducing needs no approval.
    """

    order: UnifiedOrder
    approved_quantity: Decimal

    def __post_init__(self) -> None:
        """Refuse what was not approved."""
        if not self.order.reduce_only and not self.order.quantity <= self.approved_quantity:
            raise InvariantBroken(
                f"{self.order.client_order_id}: observed an opening order of {self.order.quantity}, "
                f"allowed up to {self.approved_quantity}, which risk approved"
            )

    @classmethod
    def by_operator(cls, order: UnifiedOrder) -> "ApprovedOrder":
        """A person's order, at the venue and outside the engine."""
        return cls(order, order.quantity)


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Send this order. `order_id` is the engine's own number for it, unique in the run.

    It carries an `ApprovedOrder`: one that nobody approved has no way to a venue.
    """

    approved: ApprovedOrder
    order_id: int
    reason: Reason

    @property
    def order(self) -> UnifiedOrder:
        """The order itself."""
        return self.approved.order


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


class Forecast(NamedTuple):
    """What stage 6 said of a symbol at a close: in [-1, 1], with a conviction from 0 to 100."""

    symbol: str
    forecast: float
    conviction: float


@dataclass(frozen=True, slots=True)
class Step:
    """The engine's whole answer to one event: one outcome a symbol, and what to do, in order.

    `commands` go to the venue, `requests` to anyone but the venue. `forecasts` are those of the symbols
    of which stage 6 said anything, halted by it or a later stage or not.
    """

    outcomes: tuple[Outcome, ...]
    commands: tuple[Command, ...]
    requests: tuple[Request, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
