"""Orders and fills in Binance's words, for the simulator's side of the wire; pure."""

from decimal import Decimal
from typing import Any

from alphastrike.adapters.binance.practice_words import text
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedFill
from alphastrike.domain.practice import PracticeOrder

STATUS = {
    OrderState.PENDING: "NEW",
    OrderState.WORKING: "NEW",
    OrderState.PARTIALLY_FILLED: "PARTIALLY_FILLED",
    OrderState.FILLED: "FILLED",
    OrderState.CANCELED: "CANCELED",
    OrderState.REJECTED: "REJECTED",
    OrderState.EXPIRED: "EXPIRED",
    OrderState.UNKNOWN: "NEW",
}


def is_conditional(order: PracticeOrder) -> bool:
    """Whether it lives on the algo endpoint."""
    return order.order.order_type > OrderType.LIMIT


def order_words(order: PracticeOrder) -> dict[str, Any]:
    """An order as `order` and `openOrders` word it."""
    asked, result = order.order, order.result
    kind = "MARKET" if is_conditional(order) else asked.order_type.name
    average = result.average_price or Decimal(0)
    return {
        "orderId": int(result.order_id),
        "symbol": asked.symbol,
        "status": STATUS[result.state],
        "clientOrderId": asked.client_order_id,
        "price": text(asked.price),
        "avgPrice": text(average),
        "origQty": text(asked.quantity),
        "executedQty": text(result.filled_quantity),
        "cumQty": text(result.filled_quantity),
        "cumQuote": text(average * result.filled_quantity),
        "timeInForce": asked.time_in_force.name,
        "type": kind,
        "origType": asked.order_type.name,
        "reduceOnly": asked.reduce_only,
        "closePosition": False,
        "side": asked.side.name,
        "positionSide": "BOTH",
        "stopPrice": text(asked.trigger_price),
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "time": order.created_ms,
        "updateTime": order.updated_ms,
    }


def algo_status(order: PracticeOrder) -> str:
    """A conditional order's status."""
    if order.is_triggered:
        return "FINISHED" if order.result.state is OrderState.FILLED else "TRIGGERED"
    return STATUS[order.result.state]


def algo_words(order: PracticeOrder) -> dict[str, Any]:
    """A conditional order as `algoOrder` and `openAlgoOrders` word it."""
    asked = order.order
    return {
        "algoId": int(order.result.order_id),
        "clientAlgoId": asked.client_order_id,
        "algoType": "CONDITIONAL",
        "orderType": asked.order_type.name,
        "symbol": asked.symbol,
        "side": asked.side.name,
        "positionSide": "BOTH",
        "timeInForce": TimeInForce.GTC.name,
        "quantity": text(asked.quantity),
        "algoStatus": algo_status(order),
        "actualOrderId": order.result.order_id if order.is_triggered else "",
        "actualPrice": text(order.result.average_price),
        "triggerPrice": text(asked.trigger_price),
        "price": "0",
        "icebergQuantity": None,
        "workingType": "CONTRACT_PRICE",
        "priceMatch": "NONE",
        "closePosition": False,
        "priceProtect": False,
        "reduceOnly": asked.reduce_only,
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "createTime": order.created_ms,
        "updateTime": order.updated_ms,
        "triggerTime": order.updated_ms if order.is_triggered else 0,
        "goodTillDate": 0,
    }


def fill_words(fill: UnifiedFill) -> dict[str, Any]:
    """A row of `userTrades`."""
    return {
        "buyer": fill.side is Side.BUY,
        "commission": text(fill.fee),
        "commissionAsset": "USDT",
        "id": int(fill.fill_id),
        "maker": fill.is_maker,
        "orderId": int(fill.order_id),
        "price": text(fill.price),
        "qty": text(fill.quantity),
        "quoteQty": text(fill.price * fill.quantity),
        "realizedPnl": "0",
        "side": fill.side.name,
        "positionSide": "BOTH",
        "symbol": fill.symbol,
        "time": fill.event_time_ms,
    }
