"""What an order becomes on WEEX's wire, where long and short are kept apart and not one signed number."""

from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from alphastrike.adapters.weex.spelling import ORDER_TYPES, TIME_IN_FORCE, native_symbol
from alphastrike.domain.errors import Unsupported
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder, UnifiedOrderResult

CLOSING_SUFFIX: Final = "-close"
LONGEST_CLIENT_ORDER_ID: Final = 40 - len(CLOSING_SUFFIX)
_WORKING_TYPES: Final = MappingProxyType(
    {OrderType.STOP_MARKET: "SlWorkingType", OrderType.TAKE_PROFIT_MARKET: "TpWorkingType"}
)


@dataclass(frozen=True, slots=True)
class Leg:
    """One order as the venue takes it: it opens a side or it closes one, never both."""

    order: UnifiedOrder
    is_closing: bool

    @property
    def position_side(self) -> str:
        """LONG or SHORT; a buy closes the short side and opens the long one."""
        return "LONG" if (self.order.side is Side.BUY) is not self.is_closing else "SHORT"


def legs_of(order: UnifiedOrder, held: Decimal) -> tuple[Leg, ...]:
    """The one or two venue orders that have an order's effect on a net position of `held` (signed).

    An order through zero becomes two: the first closes what is held under the order's id with `-close`, the
    second opens the rest under the order's own id.
    """
    opposing = max(Decimal(0), -held * order.side)
    if order.reduce_only:
        return (Leg(order, is_closing=True),)
    if opposing == 0:
        return (Leg(order, is_closing=False),)
    if order.quantity <= opposing:
        return (Leg(order, is_closing=True),)
    if order.trigger_price is not None:
        raise Unsupported(
            f"quantity: observed {order.quantity} on a conditional order against a position of {held}, "
            f"allowed at most {opposing}: the venue cannot turn a position with one conditional order"
        )
    closing = replace(order, quantity=opposing, client_order_id=order.client_order_id + CLOSING_SUFFIX)
    return Leg(closing, is_closing=True), Leg(
        replace(order, quantity=order.quantity - opposing), is_closing=False
    )


def order_body(leg: Leg, *, is_demo: bool) -> dict[str, str]:
    """The JSON body of one leg, for `order` or, with a trigger, for `algoOrder`."""
    order = leg.order
    body = {
        "symbol": native_symbol(order.symbol, is_demo=is_demo),
        "side": order.side.name,
        "positionSide": leg.position_side,
        "type": ORDER_TYPES[order.order_type],
        "quantity": format(order.quantity, "f"),
    }
    if order.trigger_price is not None and order.order_type in _WORKING_TYPES:
        working_type = {_WORKING_TYPES[order.order_type]: "CONTRACT_PRICE"}
        trigger = {"triggerPrice": format(order.trigger_price, "f"), "clientAlgoId": order.client_order_id}
        return body | trigger | working_type
    if order.order_type is OrderType.LIMIT and order.price is not None:
        body |= {"price": format(order.price, "f"), "timeInForce": TIME_IN_FORCE[order.time_in_force]}
    return body | {"newClientOrderId": order.client_order_id}


def merged(client_order_id: str, parts: tuple[UnifiedOrderResult, ...]) -> UnifiedOrderResult | None:
    """What became of an order whose legs became these; the opening leg speaks last."""
    if not parts:
        return None
    whole = max(parts, key=lambda part: part.client_order_id == client_order_id)
    filled = sum((part.filled_quantity for part in parts), Decimal(0))
    value = sum((part.filled_quantity * (part.average_price or 0) for part in parts), Decimal(0))
    state = whole.state
    if len(parts) == 1 and whole.client_order_id != client_order_id and state is OrderState.FILLED:
        state = OrderState.CANCELED  # it closed, and never opened
    if state is OrderState.WORKING and filled:
        state = OrderState.PARTIALLY_FILLED  # one part has, the other waits
    return replace(
        whole,
        client_order_id=client_order_id,
        state=state,
        filled_quantity=filled,
        average_price=value / filled if filled else None,
    )
