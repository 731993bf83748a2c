"""What the engine asks of the outside: values a driver carries out in the order given."""

from dataclasses import dataclass

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
class Step:
    """The engine's whole answer to one event: one outcome a symbol, and what to do, in order."""

    outcomes: tuple[Outcome, ...]
    commands: tuple[Command, ...]
