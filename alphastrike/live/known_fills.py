"""Executions that have been told, so that each is booked once however often and by whomever it is told."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from alphastrike.domain.commands import PlaceOrder
from alphastrike.domain.orders import Side, UnifiedFill, UnifiedOrderResult
from alphastrike.domain.outcomes import Reason
from alphastrike.live.reconciling import Move

_MOST = 20_000
_MOST_MOVES = 2_000
# A venue may show an execution later than a younger one; far less than `_MOST` fit into this.
_OVERLAP_MS = 60_000


class KnownFills:
    """Fill numbers booked, and why each order of ours was sent."""

    def __init__(self, since_ms: int) -> None:
        """Know none; what happened before `since_ms` is nobody's."""
        self.moves: deque[Move] = deque(maxlen=_MOST_MOVES)
        self._since_ms = since_ms
        self._latest_ms: dict[str, int] = {}
        self._seen: dict[tuple[str, str], None] = {}
        self._reasons: dict[str, Reason] = {}
        self._sides: dict[str, Side] = {}
        self._booked: dict[str, Decimal] = {}

    def expect(self, command: PlaceOrder) -> None:
        """An order of ours goes out, or may have."""
        client_id = command.order.client_order_id
        self._reasons[client_id] = command.reason
        self._sides[client_id] = command.order.side
        if len(self._reasons) > _MOST:
            oldest = next(iter(self._reasons))
            del self._reasons[oldest], self._sides[oldest]
            self._booked.pop(oldest, None)

    def is_ours(self, fill: UnifiedFill) -> bool:
        """Whether an order of ours was executed, and not by force."""
        return fill.client_order_id in self._reasons and not fill.is_liquidation

    def reason(self, fill: UnifiedFill) -> Reason:
        """Why it happened: our order's reason, a liquidation, or somebody else at the account."""
        if fill.is_liquidation:
            return Reason.LIQUIDATION
        return self._reasons.get(fill.client_order_id, Reason.OPERATOR)

    def attributed(self, fill: UnifiedFill, orders: Iterable[UnifiedOrderResult]) -> UnifiedFill:
        """The fill with our client id where it is ours: not every venue names it with an execution.

        Ours is one of an order with that number, or of an order of that side that the venue says is filled
        further than was booked. `orders` are those of the symbol, as the venue last told.
        """
        if fill.client_order_id in self._reasons or fill.is_liquidation:
            return fill
        ours = [order for order in orders if self._sides.get(order.client_order_id) is fill.side]
        named = [order for order in ours if order.order_id == fill.order_id]
        fuller = [order for order in ours if self._unbooked(order) >= fill.quantity]
        for order in (*named, *fuller):
            return replace(fill, client_order_id=order.client_order_id)
        return fill

    def _unbooked(self, order: UnifiedOrderResult) -> Decimal:
        return order.filled_quantity - self._booked.get(order.client_order_id, Decimal(0))

    def is_new(self, fill: UnifiedFill) -> bool:
        """Whether it was not known; it is from now on."""
        key = (fill.symbol, fill.fill_id)
        if key in self._seen or fill.event_time_ms < self._since_ms:
            return False
        self._seen[key] = None
        if len(self._seen) > _MOST:
            del self._seen[next(iter(self._seen))]
        signed = fill.quantity * Decimal(int(fill.side))
        if fill.client_order_id in self._reasons:
            booked = self._booked.get(fill.client_order_id, Decimal(0))
            self._booked[fill.client_order_id] = booked + fill.quantity
        self.moves.append(Move(fill.event_time_ms, fill.symbol, signed))
        latest = self._latest_ms.get(fill.symbol, 0)
        self._latest_ms[fill.symbol] = max(latest, fill.event_time_ms)
        return True

    def since_ms(self, symbol: str) -> int:
        """From when on to ask the venue for executions of a symbol."""
        return max(self._since_ms, self._latest_ms.get(symbol, 0) - _OVERLAP_MS)
