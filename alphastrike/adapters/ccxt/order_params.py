"""An order as the library wants it, and what is refused before it is asked."""

from decimal import Decimal, InvalidOperation
from typing import Any

from alphastrike.domain.errors import PrecisionViolated, Unsupported, VenueRejected
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.orders import OrderType, TimeInForce, UnifiedOrder


def order_arguments(order: UnifiedOrder) -> tuple[str, str, float, float | None, dict[str, Any]]:
    """Type, side, amount, price and parameters of `create_order`. The client id is always ours."""
    params: dict[str, Any] = {"clientOrderId": order.client_order_id}
    if order.reduce_only:
        params["reduceOnly"] = True
    if order.time_in_force is TimeInForce.GTX:
        params["postOnly"] = True
    elif order.order_type is OrderType.LIMIT:
        params["timeInForce"] = order.time_in_force.name
    price = None if order.price is None else float(order.price)
    return order.order_type.name.lower(), order.side.name.lower(), float(order.quantity), price, params


def check_order(order: UnifiedOrder, instrument: UnifiedInstrument, can: VenueCapabilities) -> None:
    """`VenueRejected` with what was observed and what is allowed; nothing has been sent."""
    if order.order_type not in (OrderType.MARKET, OrderType.LIMIT):
        raise Unsupported(f"order: observed {order.order_type.name}, allowed MARKET and LIMIT through ccxt")
    if order.time_in_force is TimeInForce.GTX and not can.supports_post_only:
        raise Unsupported(
            "time_in_force: observed GTX, allowed none here: the library drops it without a word"
        )
    if order.time_in_force is TimeInForce.FOK and not can.supports_fill_or_kill:
        raise Unsupported("time_in_force: observed FOK, allowed GTC and IOC through ccxt")
    longest = can.max_client_order_id_length
    if not (order.client_order_id.isascii() and 1 <= len(order.client_order_id) <= longest):
        raise VenueRejected(
            f"client_order_id: observed {order.client_order_id!r}, allowed 1 to {longest} plain characters"
        )
    _check_numbers(order, instrument)


def _check_numbers(order: UnifiedOrder, instrument: UnifiedInstrument) -> None:
    is_limit = order.order_type is OrderType.LIMIT
    if (order.price is not None) is not is_limit or order.trigger_price is not None:
        raise VenueRejected(f"price: observed {order.price}, allowed one with a limit order and none without")
    if order.time_in_force is TimeInForce.GTX and not is_limit:
        raise VenueRejected("time_in_force: observed GTX on MARKET, allowed on LIMIT")
    _check_step("quantity", order.quantity, instrument.quantity_step)
    if order.quantity < instrument.min_quantity:
        raise VenueRejected(
            f"quantity: observed {order.quantity}, allowed at least {instrument.min_quantity}"
        )
    if order.price is not None:
        _check_step("price", order.price, instrument.tick_size)


def _check_step(name: str, value: Decimal, step: Decimal) -> None:
    if not (value.is_finite() and value > 0):
        raise VenueRejected(f"{name}: observed {value}, allowed more than 0")
    try:
        is_multiple = value % step == 0
    except InvalidOperation:
        is_multiple = False
    if not is_multiple:
        raise PrecisionViolated(f"{name}: observed {value}, allowed a multiple of {step}")
