"""What is refused here, before anything is sent: an order the venue could only misread or turn down."""

from decimal import Decimal, InvalidOperation

from alphastrike.adapters.weex.order_bodies import CLOSING_SUFFIX, LONGEST_CLIENT_ORDER_ID
from alphastrike.domain.errors import PrecisionViolated, VenueRejected
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.orders import OrderType, TimeInForce, UnifiedOrder

_CONDITIONAL = (OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET)


def check_order(order: UnifiedOrder, instrument: UnifiedInstrument) -> None:
    """`VenueRejected` with what was observed and what is allowed; nothing has been sent."""
    _check_identity(order.client_order_id)
    if not (order.quantity.is_finite() and order.quantity > 0 and order.quantity >= instrument.min_quantity):
        raise VenueRejected(
            f"quantity: observed {order.quantity}, allowed at least {instrument.min_quantity}"
        )
    _check_step("quantity", order.quantity, instrument.quantity_step)
    if order.time_in_force is TimeInForce.GTX and order.order_type is not OrderType.LIMIT:
        raise VenueRejected(f"time_in_force: observed GTX on {order.order_type.name}, allowed on LIMIT")
    _check_price("price", order.price, instrument, is_needed=order.order_type is OrderType.LIMIT)
    _check_price("trigger_price", order.trigger_price, instrument, is_needed=order.order_type in _CONDITIONAL)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether a value is whole steps; one too large to tell is not."""
    try:
        return value % step == 0
    except InvalidOperation:
        return False


def _check_identity(identity: str) -> None:
    if not (identity.isascii() and 1 <= len(identity) <= LONGEST_CLIENT_ORDER_ID):
        raise VenueRejected(
            f"client_order_id: observed {identity!r}, allowed 1 to {LONGEST_CLIENT_ORDER_ID} plain characters"
        )
    if identity.endswith(CLOSING_SUFFIX):
        raise VenueRejected(f"client_order_id: observed {identity!r}, allowed no ending {CLOSING_SUFFIX!r}")


def _check_price(name: str, price: Decimal | None, instrument: UnifiedInstrument, *, is_needed: bool) -> None:
    if (price is not None) is not is_needed:
        wanted = "a price" if is_needed else "none with this kind of order"
        raise VenueRejected(f"{name}: observed {price}, allowed {wanted}")
    if price is not None:
        if not (price.is_finite() and price > 0):
            raise VenueRejected(f"{name}: observed {price}, allowed more than 0")
        _check_step(name, price, instrument.tick_size)


def _check_step(name: str, value: Decimal, step: Decimal) -> None:
    if not is_multiple(value, step):
        raise PrecisionViolated(f"{name}: observed {value}, allowed a multiple of {step}")
