"""Binance's orders, fills, positions and balances as unified values; pure.

An order status this version does not know is `OrderState.UNKNOWN`: reconcile it, never crash on it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alphastrike.adapters.binance.order_states import price_of, to_algo_state, to_state
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.orders import OrderState, Side, UnifiedFill, UnifiedOrderResult


def to_order(row: Mapping[str, Any]) -> UnifiedOrderResult:
    """An answer about an order."""
    filled = Decimal(str(row.get("executedQty", "0")))
    return UnifiedOrderResult(
        symbol=str(row["symbol"]),
        client_order_id=str(row["clientOrderId"]),
        order_id=str(row["orderId"]),
        state=to_state(row["status"]),
        filled_quantity=filled,
        average_price=price_of(row.get("avgPrice")) if filled else None,
    )


def to_algo_order(row: Mapping[str, Any], filled_by: Mapping[str, Any] | None = None) -> UnifiedOrderResult:
    """An answer about a conditional order, with the order it became, if any.

    One that is finished is UNKNOWN without that order, which alone says what was filled.
    """
    state = to_algo_state(row["algoStatus"])
    order = None if filled_by is None else to_order(filled_by)
    if order is None and state is OrderState.FILLED:
        state = OrderState.UNKNOWN
    return UnifiedOrderResult(
        symbol=str(row["symbol"]),
        client_order_id=str(row["clientAlgoId"]),
        order_id=str(row["algoId"]),
        state=state if order is None else order.state,
        filled_quantity=Decimal(0) if order is None else order.filled_quantity,
        average_price=None if order is None else order.average_price,
    )


def to_fill(row: Mapping[str, Any]) -> UnifiedFill:
    """A row of `userTrades`, which does not carry the client order id."""
    return UnifiedFill(
        symbol=str(row["symbol"]),
        side=Side.BUY if row["side"] == "BUY" else Side.SELL,
        quantity=Decimal(str(row["qty"])),
        price=Decimal(str(row["price"])),
        fee=Decimal(str(row["commission"])),
        is_maker=bool(row["maker"]),
        order_id=str(row["orderId"]),
        client_order_id="",
        event_time_ms=int(row["time"]),
        fill_id=str(row["id"]),
    )


def to_position(row: Mapping[str, Any]) -> UnifiedPosition | None:
    """A row of `positionRisk`, None when flat."""
    quantity = Decimal(str(row["positionAmt"]))
    if not quantity:
        return None
    isolated = str(row.get("marginType", "cross")).lower() == "isolated"
    level = Decimal(str(row.get("liquidationPrice", "0")))
    return UnifiedPosition(
        symbol=str(row["symbol"]),
        quantity=quantity,
        entry_price=Decimal(str(row["entryPrice"])),
        mark_price=Decimal(str(row["markPrice"])),
        unrealized_pnl=Decimal(str(row["unRealizedProfit"])),
        leverage=int(row.get("leverage", 1)),
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        isolated_margin=Decimal(str(row["isolatedMargin"])) if isolated else None,
        liquidation_price=level if level > 0 else None,
    )


def to_balance(row: Mapping[str, Any]) -> UnifiedBalance:
    """A row of `balance`."""
    return UnifiedBalance(
        asset=str(row["asset"]),
        wallet=Decimal(str(row["balance"])),
        available=Decimal(str(row["availableBalance"])),
        unrealized_pnl=Decimal(str(row["crossUnPnl"])),
    )
