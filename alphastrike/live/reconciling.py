"""What a venue says of the account against what the engine believes; pure.

The venue is right. Each difference becomes the events that would have made the engine believe the same,
and a line for the journal that says what it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alphastrike.domain.account import UnifiedPosition
from alphastrike.domain.events import CashMoved, Event, FillReceived, FundingSettled
from alphastrike.domain.market import UnifiedFundingRate
from alphastrike.domain.orders import Side, UnifiedFill
from alphastrike.domain.outcomes import Reason

# Quote; half a cent is nothing anybody could book.
LEAST_MONEY = 0.005
_FUNDING_TOLERANCE = 0.1


@dataclass(frozen=True, slots=True)
class Truth:
    """The account as the venue has it: signed quantities of the traded symbols, and the wallet in quote."""

    positions: Mapping[str, UnifiedPosition]
    wallet: float

    def quantity(self, symbol: str) -> Decimal:
        """Signed base units, 0 when flat."""
        return self.positions[symbol].quantity if symbol in self.positions else Decimal(0)


@dataclass(frozen=True, slots=True)
class Move:
    """A fill that changed a position, signed base units: what the position was before is known from these."""

    event_time_ms: int
    symbol: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """A rate that was settled while a position was open. `position` in signed base units at that time."""

    rate: UnifiedFundingRate
    position: Decimal
    mark_price: float

    @property
    def payment(self) -> float:
        """What the holder should have received, quote: longs pay a positive rate."""
        return -float(self.position) * self.mark_price * self.rate.rate


def settlements(
    rates: Iterable[UnifiedFundingRate],
    quantities: Mapping[str, Decimal],
    moves: Sequence[Move],
    marks: Mapping[str, float],
) -> tuple[Settlement, ...]:
    """Rates that met an open position, oldest first. `quantities` are those now, `moves` the latest fills."""
    found = []
    for rate in sorted(rates, key=lambda each: (each.funding_time_ms, each.symbol)):
        later = (
            move.quantity
            for move in moves
            if move.symbol == rate.symbol and move.event_time_ms > rate.funding_time_ms
        )
        position = quantities.get(rate.symbol, Decimal(0)) - sum(later, Decimal(0))
        mark = marks.get(rate.symbol, 0.0) if rate.mark_price is None else float(rate.mark_price)
        if position:
            found.append(Settlement(rate, position, mark))
    return tuple(found)


def wallet_events(difference: float, settled: Sequence[Settlement], now_ms: int) -> tuple[Event, ...]:
    """What explains `difference` (venue minus ours, quote): funding where it was due, money moved otherwise.

    The sum of the events is the difference. What rounding leaves goes to the last payment.
    """
    expected = sum(each.payment for each in settled)
    rest = difference - expected
    size = sum(abs(each.payment) for each in settled)
    is_funding = bool(settled) and abs(rest) <= max(2 * LEAST_MONEY, _FUNDING_TOLERANCE * size)
    events: list[Event] = []
    for number, each in enumerate(settled):
        is_last = number + 1 == len(settled)
        payment = each.payment + (rest if is_funding and is_last else 0.0)
        rate = each.rate
        events.append(
            FundingSettled(now_ms, rate.symbol, rate.rate, each.mark_price, float(each.position), payment)
        )
    if not is_funding and abs(rest) >= LEAST_MONEY:
        events.append(CashMoved(now_ms, rest))
    return tuple(events)


def adopting_fill(symbol: str, difference: Decimal, price: Decimal, now_ms: int) -> FillReceived:
    """A position the venue has and no fill explains (or the reverse), as a fill at `price` without a fee."""
    fill = UnifiedFill(
        symbol=symbol,
        side=Side.BUY if difference > 0 else Side.SELL,
        quantity=abs(difference),
        price=price,
        fee=Decimal(0),
        is_maker=False,
        order_id="",
        client_order_id="",
        event_time_ms=now_ms,
        fill_id=f"adopted-{symbol}-{now_ms}",
    )
    return FillReceived(now_ms, fill, Reason.OPERATOR)
