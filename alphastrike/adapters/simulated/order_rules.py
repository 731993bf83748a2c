"""What the simulated venue refuses before and after its kernel judges an order, in words."""

from decimal import Decimal

from alphastrike.adapters.simulated.books import Venue
from alphastrike.adapters.simulated.kernel_orders import (
    BELOW_MIN_NOTIONAL,
    INSUFFICIENT_MARGIN,
    NO_PRICE,
    OFF_TICK,
    TOO_MANY_ORDERS,
    TOO_SMALL,
)
from alphastrike.adapters.simulated.margin import equity, initial_margin
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import UnifiedInstrument, to_decimal, to_lots
from alphastrike.domain.ledger import ORDER_SLOTS
from alphastrike.domain.orders import OrderType, TimeInForce, UnifiedOrder

CAPABILITIES = VenueCapabilities(
    supports_post_only=True,
    supports_conditional=True,
    supports_reduce_only=True,
    supports_fill_or_kill=True,
    supports_isolated_margin=True,
    supports_dead_man_switch=False,
    supports_trade_stream=False,  # candles hold no prints, and none are made up
    max_client_order_id_length=36,
)
# The kernel counts lots and ticks in float64, which is exact up to 2**53.
_MOST_STEPS = Decimal(2**53)


def check_order(order: UnifiedOrder, instrument: UnifiedInstrument) -> None:
    """Refuse an order that is malformed whatever the state of the account."""
    _check_client_order_id(order.client_order_id)
    name, conditional = f"order {order.client_order_id}", order.order_type > OrderType.LIMIT
    _check_steps(f"{name}: quantity", order.quantity, instrument.quantity_step)
    _check_price(f"{name}: price", order.price, instrument, wanted=order.order_type is OrderType.LIMIT)
    _check_price(f"{name}: trigger_price", order.trigger_price, instrument, wanted=conditional)
    if order.time_in_force is TimeInForce.GTX and order.order_type is not OrderType.LIMIT:
        raise VenueRejected(
            f"{name}: time_in_force: observed GTX on {order.order_type.name}, allowed on LIMIT orders only"
        )


def refusal_message(
    code: int, order: UnifiedOrder, venue: Venue, row: int, instrument: UnifiedInstrument
) -> str:
    """The kernel's refusal code in words: what, observed, allowed."""
    mark = to_decimal(venue.positions[row]["mark_price"])
    price = order.price or order.trigger_price or mark
    setting = float(venue.state[0]["leverage"])
    lots = int(order.side) * to_lots(order.quantity, instrument)
    reasons = {
        TOO_SMALL: ("quantity", order.quantity, f"at least {instrument.min_quantity}"),
        BELOW_MIN_NOTIONAL: ("notional", order.quantity * price, f"at least {instrument.min_notional}"),
        OFF_TICK: ("price", price, f"a positive multiple of {instrument.tick_size}"),
        INSUFFICIENT_MARGIN: (
            "initial margin of all positions with this order filled",
            f"{initial_margin(venue, setting, (row, lots)):.8f}",
            f"at most the account's equity {equity(venue):.8f}",
        ),
        TOO_MANY_ORDERS: (
            "open orders",
            int(venue.order_count[row]),
            f"fewer than {ORDER_SLOTS} of a symbol",
        ),
        NO_PRICE: ("mark price", "none yet", "market orders after the symbol's first candle has closed"),
    }
    what, observed, allowed = reasons[code]
    return f"order {order.client_order_id} ({order.symbol}): {what}: observed {observed}, allowed {allowed}"


def _check_client_order_id(client_order_id: str) -> None:
    longest = CAPABILITIES.max_client_order_id_length
    if not 0 < len(client_order_id) <= longest:
        raise VenueRejected(
            f"client_order_id: observed {client_order_id!r} ({len(client_order_id)} characters), "
            f"allowed 1 to {longest} characters"
        )


def _check_price(what: str, price: Decimal | None, instrument: UnifiedInstrument, *, wanted: bool) -> None:
    if not wanted:
        if price is not None:
            raise VenueRejected(f"{what}: observed {price}, allowed none for this order type")
        return
    if price is None:
        raise VenueRejected(f"{what}: observed none, allowed a positive multiple of {instrument.tick_size}")
    _check_steps(what, price, instrument.tick_size)


def _check_steps(what: str, value: Decimal, step: Decimal) -> None:
    allowed = f"allowed a positive multiple of {step}"
    if not value.is_finite() or value <= 0:
        raise VenueRejected(f"{what}: observed {value}, {allowed}")
    if value >= step * _MOST_STEPS:
        raise VenueRejected(f"{what}: observed {value}, {allowed} below {step * _MOST_STEPS}")
    if value % step != 0:
        raise VenueRejected(f"{what}: observed {value}, {allowed}")
