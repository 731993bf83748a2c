"""Actions as the venue wants them signed. The order of the keys is part of what is signed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

from alphastrike.adapters.hyperliquid.precision import to_wire
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.orders import OrderType, Side, TimeInForce, UnifiedOrder

Action = dict[str, Any]
Grouping = Literal["na", "normalTpsl", "positionTpsl"]

TIME_IN_FORCE = {TimeInForce.GTC: "Gtc", TimeInForce.IOC: "Ioc", TimeInForce.GTX: "Alo"}
TRIGGERS = {OrderType.STOP_MARKET: "sl", OrderType.TAKE_PROFIT_MARKET: "tp"}


def order_wire(order: UnifiedOrder, *, asset: int, limit_price: Decimal, cloid: str | None) -> Action:
    """One order. A market order is an immediate one with `limit_price` as the worst it accepts."""
    wire: Action = {
        "a": asset,
        "b": order.side is Side.BUY,
        "p": to_wire(limit_price),
        "s": to_wire(order.quantity),
        "r": order.reduce_only,
        "t": _kind(order),
    }
    if cloid is not None:
        wire["c"] = cloid
    return wire


def place(orders: Sequence[Action], grouping: Grouping = "na") -> Action:
    """Place orders; `grouping` ties a take-profit and a stop to their entry or to the position."""
    return {"type": "order", "orders": list(orders), "grouping": grouping}


def cancel(orders: Sequence[tuple[int, int]]) -> Action:
    """Cancel orders, each (asset, order id)."""
    return {"type": "cancel", "cancels": [{"a": asset, "o": order_id} for asset, order_id in orders]}


def cancel_by_cloid(orders: Sequence[tuple[int, str]]) -> Action:
    """Cancel orders, each (asset, cloid)."""
    cancels = [{"asset": asset, "cloid": cloid} for asset, cloid in orders]
    return {"type": "cancelByCloid", "cancels": cancels}


def modify(orders: Sequence[tuple[int | str, Action]]) -> Action:
    """Replace orders, each (order id or cloid, the order it shall become)."""
    modifies = [{"oid": known, "order": wire} for known, wire in orders]
    return {"type": "batchModify", "modifies": modifies}


def account_setting(
    kind: Literal["updateLeverage", "scheduleCancel"],
    *,
    asset: int = 0,
    is_cross: bool = True,
    leverage: int = 1,
    at_ms: int | None = None,
) -> Action:
    """A symbol's margin mode and leverage, or when to cancel every order (None: never mind)."""
    if kind == "updateLeverage":
        return {"type": kind, "asset": asset, "isCross": is_cross, "leverage": leverage}
    return {"type": kind} if at_ms is None else {"type": kind, "time": at_ms}


def _kind(order: UnifiedOrder) -> Action:
    if order.order_type in TRIGGERS:
        if order.trigger_price is None:
            raise VenueRejected(f"order {order.client_order_id}: trigger_price: observed none, allowed > 0")
        return {
            "trigger": {
                "isMarket": True,
                "triggerPx": to_wire(order.trigger_price),
                "tpsl": TRIGGERS[order.order_type],
            }
        }
    if order.order_type is OrderType.MARKET:
        return {"limit": {"tif": "Ioc"}}
    if order.time_in_force not in TIME_IN_FORCE:
        raise VenueRejected(
            f"order {order.client_order_id}: time_in_force: observed {order.time_in_force.name}, "
            "allowed GTC, IOC or GTX on this venue"
        )
    return {"limit": {"tif": TIME_IN_FORCE[order.time_in_force]}}
