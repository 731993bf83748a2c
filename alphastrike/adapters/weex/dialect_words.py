"""An account's rows in WEEX's own words: what the mappers read, written. The simulator's side of the wire."""

from decimal import Decimal
from typing import Any

from alphastrike.adapters.weex.dialect_values import FIRST_ID, native_id, position_side, text
from alphastrike.adapters.weex.spelling import ORDER_TYPES, TIME_IN_FORCE, native_symbol
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.orders import OrderState, Side, UnifiedFill
from alphastrike.domain.practice import PracticeOrder

_WORDS = {
    OrderState.PENDING: "PENDING",
    OrderState.WORKING: "NEW",
    OrderState.PARTIALLY_FILLED: "NEW",
    OrderState.FILLED: "FILLED",
    OrderState.CANCELED: "CANCELED",
    OrderState.REJECTED: "REJECTED",
    OrderState.EXPIRED: "EXPIRED",
    OrderState.UNKNOWN: "UNKNOWN",
}
Row = dict[str, Any]


def balance_row(balance: UnifiedBalance, *, is_demo: bool) -> Row:
    """A row of `account/balance`."""
    return {
        "asset": "SUSDT" if is_demo else balance.asset,
        "balance": text(balance.wallet),
        "availableBalance": text(balance.available),
        "frozen": text(max(Decimal(0), balance.wallet + balance.unrealized_pnl - balance.available)),
        "unrealizePnl": text(balance.unrealized_pnl),
    }


def position_row(position: UnifiedPosition, now_ms: int, *, is_demo: bool = False) -> Row:
    """A row of `allPosition`; a stream's frame holds the same."""
    size = abs(position.quantity)
    is_isolated = position.margin_mode is MarginMode.ISOLATED
    margin = text(position.isolated_margin or Decimal(0)) if is_isolated else "0"
    return {
        "id": FIRST_ID + 1,
        "asset": "USDT",
        "coin": "USDT",
        "symbol": native_symbol(position.symbol, is_demo=is_demo),
        "side": "SHORT" if position.quantity < 0 else "LONG",
        "marginType": "ISOLATED" if is_isolated else "CROSSED",
        "marginMode": "ISOLATED" if is_isolated else "CROSSED",
        "separatedMode": "COMBINED",
        "separatedOpenOrderId": 0,
        "leverage": str(position.leverage),
        "size": text(size),
        "openValue": text(position.entry_price * size),
        "marginSize": margin,
        "isolatedMargin": margin,
        "createdTime": now_ms,
        "updatedTime": now_ms,
        "unrealizePnl": text(position.unrealized_pnl),
        "liquidatePrice": text(position.liquidation_price or Decimal(0)),
    }


def order_row(held: PracticeOrder, *, is_demo: bool = False) -> Row:
    """A row of `openOrders`, `order` and `order/history`."""
    order, result = held.order, held.result
    average = result.average_price or Decimal(0)
    return {
        "orderId": native_id(result.order_id),
        "clientOrderId": order.client_order_id,
        "symbol": native_symbol(order.symbol, is_demo=is_demo),
        "side": order.side.name,
        "positionSide": position_side(order),
        "type": ORDER_TYPES[order.order_type],
        "timeInForce": TIME_IN_FORCE[order.time_in_force] if order.price is not None else "IOC",
        "price": text(order.price or Decimal(0)),
        "origQty": text(order.quantity),
        "executedQty": text(result.filled_quantity),
        "avgPrice": text(average),
        "cumQuote": text(average * result.filled_quantity),
        "status": _WORDS[result.state],
        "stopPrice": text(order.trigger_price or Decimal(0)),
        "reduceOnly": order.reduce_only,
        "time": held.created_ms,
        "updateTime": held.updated_ms,
        "workingType": "CONTRACT_PRICE",
    }


def conditional_row(held: PracticeOrder) -> Row:
    """A row of `openAlgoOrders` and `allAlgoOrders`."""
    order, result = held.order, held.result
    status = "TRIGGERED" if held.is_triggered else _WORDS[result.state].replace("NEW", "UNTRIGGERED")
    return {
        "algoId": native_id(result.order_id),
        "clientAlgoId": order.client_order_id,
        "algoType": "CONDITIONAL",
        "orderType": ORDER_TYPES[order.order_type],
        "symbol": order.symbol,
        "side": order.side.name,
        "positionSide": position_side(order),
        "timeInForce": "IOC",
        "quantity": text(order.quantity),
        "algoStatus": status,
        "actualOrderId": native_id(result.order_id) if held.is_triggered else None,
        "actualPrice": text(result.average_price or Decimal(0)),
        "triggerPrice": text(order.trigger_price or Decimal(0)),
        "price": "0",
        "workingType": "CONTRACT_PRICE",
        "closePosition": False,
        "reduceOnly": order.reduce_only,
        "createTime": held.created_ms,
        "updateTime": held.updated_ms,
        "triggerTime": held.updated_ms if held.is_triggered else 0,
    }


def fill_row(fill: UnifiedFill) -> Row:
    """A row of `userTrades`."""
    return {
        "id": native_id(fill.fill_id),
        "orderId": native_id(fill.order_id),
        "symbol": fill.symbol,
        "buyer": fill.side is Side.BUY,
        "commission": text(fill.fee),
        "commissionAsset": "USDT",
        "maker": fill.is_maker,
        "price": text(fill.price),
        "qty": text(fill.quantity),
        "quoteQty": text(fill.price * fill.quantity),
        "realizedPnl": "0",
        "side": fill.side.name,
        "time": fill.event_time_ms,
    }
