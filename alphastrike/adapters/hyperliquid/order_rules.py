"""What is wrong with an order can mostly be said before it is sent: what, observed, allowed."""

from dataclasses import replace
from decimal import Decimal

from alphastrike.adapters.hyperliquid.instruments import Asset
from alphastrike.adapters.hyperliquid.precision import MIN_NOTIONAL, is_valid_size, reachable_price
from alphastrike.domain.errors import PrecisionViolated, Unsupported, VenueRejected
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.orders import OrderType, Side, TimeInForce, UnifiedOrder

CAPABILITIES = VenueCapabilities(
    supports_post_only=True,
    supports_conditional=True,
    supports_reduce_only=True,
    supports_fill_or_kill=False,
    supports_isolated_margin=True,
    supports_dead_man_switch=True,
    dead_man_switch_is_account_wide=True,
    supports_trade_stream=True,
    max_client_order_id_length=36,
    supports_book_stream=True,
    supports_ticker_stream=True,
)
# The venue counts sizes in 64 bits of its finest step.
_LARGEST = Decimal(10) ** 15


def check_order(order: UnifiedOrder, asset: Asset) -> None:
    """Refuse an order that the venue would refuse whatever the account."""
    name = f"order {order.client_order_id} ({order.symbol})"
    _check_id(order.client_order_id)
    _check_size(name, order.quantity, asset)
    is_limit, is_trigger = order.order_type is OrderType.LIMIT, order.order_type > OrderType.LIMIT
    _check_price(f"{name}: price", order.price, asset, wanted=is_limit)
    _check_price(f"{name}: trigger_price", order.trigger_price, asset, wanted=is_trigger)
    if order.time_in_force is TimeInForce.FOK:
        raise Unsupported(f"{name}: time_in_force: observed FOK, allowed GTC, IOC or GTX on this venue")
    if order.time_in_force is TimeInForce.GTX and not is_limit:
        raise VenueRejected(
            f"{name}: time_in_force: observed GTX on {order.order_type.name}, allowed on LIMIT orders only"
        )
    price = order.price or order.trigger_price
    if price is not None and not order.reduce_only and order.quantity * price < MIN_NOTIONAL:
        raise VenueRejected(
            f"{name}: notional: observed {order.quantity * price}, allowed at least {MIN_NOTIONAL} USDC"
        )


def snapped(order: UnifiedOrder, asset: Asset) -> UnifiedOrder:
    """The order with its prices on the venue's own steps, which grow with the price.

    A price on the instrument's tick can be off the step where it has a digit more than the market. It
    moves by less than one step: a limit to where it is no worse, a trigger to where it is met earlier.
    """
    is_buy = order.side is Side.BUY
    price, trigger = order.price, order.trigger_price
    if price is not None:
        price = reachable_price(price, asset.size_decimals, upward=not is_buy)
    if trigger is not None:
        # A stop to buy and a profit to sell are met from below, the other two from above.
        is_from_below = is_buy is (order.order_type is OrderType.STOP_MARKET)
        trigger = reachable_price(trigger, asset.size_decimals, upward=not is_from_below)
    return replace(order, price=price, trigger_price=trigger)


def worst_price(order: UnifiedOrder, reference: Decimal, slippage: Decimal, asset: Asset) -> Decimal:
    """The limit that takes a market order's place: the reference plus or minus the slippage, in its steps."""
    wanted = reference * (1 + int(order.side) * slippage)
    return reachable_price(wanted, asset.size_decimals, upward=order.side is Side.BUY)


def _check_id(client_order_id: str) -> None:
    longest = CAPABILITIES.max_client_order_id_length
    if not 0 < len(client_order_id) <= longest:
        raise VenueRejected(
            f"client_order_id: observed {client_order_id!r} ({len(client_order_id)} characters), "
            f"allowed 1 to {longest} characters"
        )


def _check_size(name: str, quantity: Decimal, asset: Asset) -> None:
    step = Decimal(1).scaleb(-asset.size_decimals)
    if not quantity.is_finite() or not 0 < quantity < _LARGEST:
        raise VenueRejected(f"{name}: quantity: observed {quantity}, allowed above 0 and below {_LARGEST:f}")
    if not is_valid_size(quantity, asset.size_decimals):
        raise PrecisionViolated(f"{name}: quantity: observed {quantity}, allowed a multiple of {step}")


def _check_price(what: str, price: Decimal | None, asset: Asset, *, wanted: bool) -> None:
    if not wanted:
        if price is not None:
            raise VenueRejected(f"{what}: observed {price}, allowed none for this order type")
        return
    if price is None or not price.is_finite() or price <= 0:
        raise VenueRejected(f"{what}: observed {price}, allowed a price above 0")
    if price % asset.tick_size != 0:
        raise PrecisionViolated(
            f"{what}: observed {price}, allowed a multiple of {asset.tick_size} (five significant figures at "
            "the mark price)"
        )
