"""Everything that reaches the engine from outside, each a frozen value with its own time."""

from dataclasses import dataclass

from alphastrike.domain.interventions import Advice
from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.orders import OrderState, UnifiedFill
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.risk_states import OperatorAction


@dataclass(frozen=True, slots=True)
class SeriesValue:
    """A value of a series (see `domain.series`) known at a close; one that is not known is not sent."""

    symbol: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class CandlesClosed:
    """The market at one close: every candle of that interval known at `event_time_ms`, its delivery.

    A symbol without a candle here has none: the gateway counts that as a gap. `series` is what was
    known beside the candles when they closed.
    """

    event_time_ms: int
    open_time_ms: int
    interval_ms: int
    candles: tuple[UnifiedCandle, ...]
    series: tuple[SeriesValue, ...] = ()

    @property
    def close_time_ms(self) -> int:
        """The last millisecond the candles cover."""
        return self.open_time_ms + self.interval_ms - 1


@dataclass(frozen=True, slots=True)
class FillReceived:
    """The venue executed (part of) an order of ours, or liquidated a position.

    `reason` is that of the order filled, or LIQUIDATION.
    """

    event_time_ms: int
    fill: UnifiedFill
    reason: Reason


@dataclass(frozen=True, slots=True)
class FundingSettled:
    """Funding was exchanged. `payment` in quote, positive received; `position` signed base units."""

    event_time_ms: int
    symbol: str
    rate: float
    mark_price: float
    position: float
    payment: float


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """The venue's word on an order that is not a fill: working, canceled, rejected, expired."""

    event_time_ms: int
    symbol: str
    client_order_id: str
    state: OrderState
    message: str = ""


@dataclass(frozen=True, slots=True)
class OperatorCommanded:
    """A person took the controls. `note` says why, for the journal."""

    event_time_ms: int
    action: OperatorAction
    note: str = ""


@dataclass(frozen=True, slots=True)
class CashMoved:
    """Money came in (> 0) or left the account, quote."""

    event_time_ms: int
    amount: float


@dataclass(frozen=True, slots=True)
class VenueHealthObserved:
    """The share of the venue's answers that were errors, over the driver's window."""

    event_time_ms: int
    error_rate: float


@dataclass(frozen=True, slots=True)
class PositionsReconciled:
    """Our books were compared with the venue's: how many positions and orders differ."""

    event_time_ms: int
    mismatches: int


@dataclass(frozen=True, slots=True)
class InterventionProposed:
    """An advisor answered a review. Nothing in the answer has been believed yet."""

    event_time_ms: int
    review_id: str
    advice: Advice


@dataclass(frozen=True, slots=True)
class InterventionRevoked:
    """An operator ended interventions: a veto also keeps the same call out for a while.

    No ids means all of them.
    """

    event_time_ms: int
    intervention_ids: tuple[str, ...]
    is_veto: bool


@dataclass(frozen=True, slots=True)
class FundingAnnounced:
    """The funding rate expected next, a fraction of notional (positive: longs pay), and when it is due."""

    event_time_ms: int
    symbol: str
    rate: float
    due_ms: int


@dataclass(frozen=True, slots=True)
class StopMissing:
    """An open position of the symbol has no stop at the venue, and none is on its way: leave it at once."""

    event_time_ms: int
    symbol: str


RiskNews = OperatorCommanded | CashMoved | VenueHealthObserved | PositionsReconciled | FundingAnnounced
Advised = InterventionProposed | InterventionRevoked
Event = CandlesClosed | FillReceived | FundingSettled | OrderChanged | StopMissing | RiskNews | Advised
