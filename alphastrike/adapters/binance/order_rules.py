"""What Binance would refuse, refused here in words; and an order as its request's parameters."""

import re
from decimal import Decimal
from typing import Any

from alphastrike.domain.errors import PrecisionViolated, VenueRejected
from alphastrike.domain.exchange import VenueCapabilities
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.orders import OrderType, TimeInForce, UnifiedOrder

CAPABILITIES = VenueCapabilities(
    supports_post_only=True,
    supports_conditional=True,
    supports_reduce_only=True,
    supports_fill_or_kill=True,
    supports_isolated_margin=True,
    supports_dead_man_switch=True,
    supports_trade_stream=True,
    max_client_order_id_length=36,
    supports_book_stream=True,
    supports_ticker_stream=True,
)
_CLIENT_ID = re.compile(r"[\.A-Z\:/a-z0-9_-]{1,36}")
_MOST = Decimal(10) ** 15


def check_order(order: UnifiedOrder, instrument: UnifiedInstrument) -> None:
    """`VenueRejected`, or `PrecisionViolated`, for what no state of the account could make right."""
    name = f"order {order.client_order_id} ({order.symbol})"
    if not _CLIENT_ID.fullmatch(order.client_order_id):
        raise VenueRejected(
            f"client_order_id: observed {order.client_order_id!r}, allowed 1 to 36 letters, digits and .:/_-"
        )
    conditional = order.order_type > OrderType.LIMIT
    _check_steps(f"{name}: quantity", order.quantity, instrument.quantity_step)
    _check_price(f"{name}: price", order.price, instrument, wanted=order.order_type is OrderType.LIMIT)
    _check_price(f"{name}: trigger_price", order.trigger_price, instrument, wanted=conditional)
    if order.time_in_force is TimeInForce.GTX and order.order_type is not OrderType.LIMIT:
        raise VenueRejected(
            f"{name}: time_in_force: observed GTX on {order.order_type.name}, allowed on LIMIT orders only"
        )


def order_params(order: UnifiedOrder) -> dict[str, Any]:
    """Parameters of `order` or, for conditional orders, `algoOrder`; one-way position mode."""
    conditional = order.order_type > OrderType.LIMIT
    params: dict[str, Any] = {
        "symbol": order.symbol,
        "side": order.side.name,
        "type": order.order_type.name,
        "quantity": plain(order.quantity),
    }
    if order.reduce_only:
        params["reduceOnly"] = True
    if order.order_type is OrderType.LIMIT:
        params |= {"price": plain(order.price), "timeInForce": order.time_in_force.name}
    if conditional:
        return {
            "algoType": "CONDITIONAL",
            **params,
            "triggerPrice": plain(order.trigger_price),
            "workingType": "CONTRACT_PRICE",
            "clientAlgoId": order.client_order_id,
        }
    return {**params, "newClientOrderId": order.client_order_id, "newOrderRespType": "RESULT"}


def plain(value: Decimal | None) -> str | None:
    """Digits without an exponent."""
    return None if value is None else format(value, "f")


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
    if value >= _MOST:
        raise VenueRejected(f"{what}: observed {value}, {allowed} below {_MOST}")
    if value % step != 0:
        raise PrecisionViolated(f"{what}: observed {value}, {allowed}")
