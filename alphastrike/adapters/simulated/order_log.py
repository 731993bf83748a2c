"""What became of every order the simulated venue accepted, by client order id."""

from dataclasses import dataclass, replace
from decimal import Decimal

from alphastrike.domain.events import Event, FillReceived, OrderChanged
from alphastrike.domain.orders import OrderState, UnifiedFill, UnifiedOrder, UnifiedOrderResult

# The engine numbers its own orders from 1; orders of other users are numbered from here.
_FIRST_FOREIGN = 1 << 40


@dataclass(frozen=True, slots=True)
class _Entry:
    result: UnifiedOrderResult
    quantity: Decimal
    notional: Decimal  # sum of fill quantity x price


class OrderLog:
    """The latest state of every accepted order, finished ones included.

    The session knows orders by number and names them `{run_id}-{symbol}-{number}`. An order that
    comes with such an id keeps its number, any other id is given one.
    """

    def __init__(self, run_id: str) -> None:
        """Start without orders."""
        self._run_id = run_id
        self._entries: dict[str, _Entry] = {}
        self._client_ids: dict[str, str] = {}  # by the session's name for the order
        self._next = _FIRST_FOREIGN

    def get(self, client_order_id: str) -> UnifiedOrderResult | None:
        """The latest state of an order, or None when none with this id was ever accepted."""
        entry = self._entries.get(client_order_id)
        return None if entry is None else entry.result

    def numbered(self, symbol: str, number: int) -> UnifiedOrderResult:
        """The latest state of the order that the session knows by this number."""
        return self._entries[self._client_ids[self._name(symbol, number)]].result

    def number_for(self, order: UnifiedOrder) -> int:
        """The number under which the session shall know an order."""
        tail = order.client_order_id.rpartition("-")[2]
        number = int(tail) if tail.isdecimal() else 0
        if 0 < number < _FIRST_FOREIGN and order.client_order_id == self._name(order.symbol, number):
            return number
        self._next += 1
        return self._next - 1

    def open(self, order: UnifiedOrder, number: int) -> None:
        """Follow an accepted order from now on."""
        result = UnifiedOrderResult(order.symbol, order.client_order_id, str(number), OrderState.WORKING)
        self._entries[order.client_order_id] = _Entry(result, order.quantity, Decimal(0))
        self._client_ids[self._name(order.symbol, number)] = order.client_order_id

    def named(self, event: Event) -> Event:
        """The event under the client order id its sender chose."""
        if isinstance(event, OrderChanged):
            return replace(event, client_order_id=self._client_ids[event.client_order_id])
        if isinstance(event, FillReceived) and event.fill.client_order_id:
            client_id = self._client_ids[event.fill.client_order_id]
            return replace(event, fill=replace(event.fill, client_order_id=client_id))
        return event

    def learn(self, event: Event) -> UnifiedOrderResult | None:
        """Book a named event; returns the order's new state, None when it is about no order."""
        if isinstance(event, FillReceived) and event.fill.client_order_id:
            entry = _filled(self._entries[event.fill.client_order_id], event.fill)
        elif isinstance(event, OrderChanged):
            known = self._entries[event.client_order_id]
            entry = replace(known, result=replace(known.result, state=event.state))
        else:
            return None
        self._entries[entry.result.client_order_id] = entry
        return entry.result

    def _name(self, symbol: str, number: int) -> str:
        return f"{self._run_id}-{symbol}-{number}"


def _filled(entry: _Entry, fill: UnifiedFill) -> _Entry:
    filled = entry.result.filled_quantity + fill.quantity
    notional = entry.notional + fill.quantity * fill.price
    complete = filled >= entry.quantity
    result = replace(
        entry.result,
        state=OrderState.FILLED if complete else OrderState.PARTIALLY_FILLED,
        filled_quantity=filled,
        average_price=notional / filled,
    )
    return replace(entry, result=result, notional=notional)
