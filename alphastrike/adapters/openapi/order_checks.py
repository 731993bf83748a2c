"""What is refused before anything is sent: an order the venue could only misread or turn down."""

from decimal import Decimal, InvalidOperation

from alphastrike.domain.errors import PrecisionViolated, Unsupported, VenueRejected
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.orders import OrderType, TimeInForce, UnifiedOrder

_CONDITIONAL = (OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET)


def check_order(order: UnifiedOrder, instrument: UnifiedInstrument, can: VenueCapabilities) -> None:
    """`VenueRejected` with what was observed and what is allowed; nothing has been sent."""
    _check_support(order, can)
    longest = can.max_client_order_id_length
    if not (order.client_order_id.isascii() and 1 <= len(order.client_order_id) <= longest):
        raise VenueRejected(
            f"client_order_id: observed {order.client_order_id!r}, allowed 1 to {longest} plain characters"
        )
    _check_step("quantity", order.quantity, instrument.quantity_step)
    if order.quantity < instrument.min_quantity:
        raise VenueRejected(
            f"quantity: observed {order.quantity}, allowed at least {instrument.min_quantity}"
        )
    is_limit, is_waiting = order.order_type is OrderType.LIMIT, order.order_type in _CONDITIONAL
    for name, price, is_needed in (
        ("price", order.price, is_limit),
        ("trigger_price", order.trigger_price, is_waiting),
    ):
        if (price is not None) is not is_needed:
            wanted = "a price" if is_needed else "none with this kind of order"
            raise VenueRejected(f"{name}: observed {price}, allowed {wanted}")
        if price is not None:
            _check_step(name, price, instrument.tick_size)
    if order.time_in_force is TimeInForce.GTX and not is_limit:
        raise VenueRejected(f"time_in_force: observed GTX on {order.order_type.name}, allowed on LIMIT")


def _check_support(order: UnifiedOrder, can: VenueCapabilities) -> None:
    asked = {
        "a conditional order": order.order_type in _CONDITIONAL and not can.supports_conditional,
        "post-only": order.time_in_force is TimeInForce.GTX and not can.supports_post_only,
        "fill-or-kill": order.time_in_force is TimeInForce.FOK and not can.supports_fill_or_kill,
        "reduce-only": order.reduce_only and not can.supports_reduce_only,
    }
    for what, is_lacking in asked.items():
        if is_lacking:
            raise Unsupported(f"order: observed {what}, allowed none of its kind: see the capabilities")


def _check_step(name: str, value: Decimal, step: Decimal) -> None:
    if not (value.is_finite() and value > 0):
        raise VenueRejected(f"{name}: observed {value}, allowed more than 0")
    try:
        is_multiple = value % step == 0
    except InvalidOperation:
        is_multiple = False
    if not is_multiple:
        raise PrecisionViolated(f"{name}: observed {value}, allowed a multiple of {step}")
