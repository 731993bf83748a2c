"""Binance's orders, fills, positions and balances as unified values; pure.

An order status this version does not know is `OrderState.UNKNOWN`: reconcile it, never crash on it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alphastrike.domain.account import AccountNews, MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.orders import OrderState, Side, UnifiedFill, UnifiedOrderResult

_STATES = {
    "NEW": OrderState.WORKING,
    "PARTIALLY_FILLED": OrderState.PARTIALLY_FILLED,
    "FILLED": OrderState.FILLED,
    "CANCELED": OrderState.CANCELED,
    "REJECTED": OrderState.REJECTED,
    "EXPIRED": OrderState.EXPIRED,
    "EXPIRED_IN_MATCH": OrderState.EXPIRED,
    "NEW_INSURANCE": OrderState.WORKING,
    "NEW_ADL": OrderState.WORKING,
}
_ALGO_STATES = {
    "NEW": OrderState.WORKING,
    "TRIGGERING": OrderState.WORKING,
    "TRIGGERED": OrderState.WORKING,  # its order tells the rest
    "FINISHED": OrderState.FILLED,
    "CANCELED": OrderState.CANCELED,
    "REJECTED": OrderState.REJECTED,
    "EXPIRED": OrderState.EXPIRED,
}
_FORCED = ("autoclose-", "adl_autoclose")


def to_state(status: Any) -> OrderState:
    """An order status."""
    return _STATES.get(str(status), OrderState.UNKNOWN)


def to_order(row: Mapping[str, Any]) -> UnifiedOrderResult:
    """An answer about an order."""
    filled = Decimal(str(row.get("executedQty", "0")))
    return UnifiedOrderResult(
        symbol=str(row["symbol"]),
        client_order_id=str(row["clientOrderId"]),
        order_id=str(row["orderId"]),
        state=to_state(row["status"]),
        filled_quantity=filled,
        average_price=_price(row.get("avgPrice")) if filled else None,
    )


def to_algo_order(row: Mapping[str, Any], filled_by: Mapping[str, Any] | None = None) -> UnifiedOrderResult:
    """An answer about a conditional order, with the order it became, if any."""
    state = _ALGO_STATES.get(str(row["algoStatus"]), OrderState.UNKNOWN)
    order = None if filled_by is None else to_order(filled_by)
    return UnifiedOrderResult(
        symbol=str(row["symbol"]),
        client_order_id=str(row["clientAlgoId"]),
        order_id=str(row["algoId"]),
        state=state if order is None else order.state,
        filled_quantity=Decimal(0) if order is None else order.filled_quantity,
        average_price=None if order is None else order.average_price,
    )


def to_streamed_order(event: Mapping[str, Any]) -> UnifiedOrderResult:
    """An `ORDER_TRADE_UPDATE` event."""
    row = event["o"]
    filled = Decimal(str(row.get("z", "0")))
    return UnifiedOrderResult(
        symbol=str(row["s"]),
        client_order_id=str(row["c"]),
        order_id=str(row["i"]),
        state=to_state(row["X"]),
        filled_quantity=filled,
        average_price=_price(row.get("ap")) if filled else None,
    )


def to_streamed_algo_order(event: Mapping[str, Any]) -> UnifiedOrderResult:
    """An `ALGO_UPDATE` event."""
    row = event["o"]
    return UnifiedOrderResult(
        symbol=str(row["s"]),
        client_order_id=str(row["caid"]),
        order_id=str(row["aid"]),
        state=_ALGO_STATES.get(str(row["X"]), OrderState.UNKNOWN),
    )


def to_streamed_fill(event: Mapping[str, Any]) -> UnifiedFill | None:
    """The execution in an `ORDER_TRADE_UPDATE`, None where it has none."""
    row = event["o"]
    quantity = Decimal(str(row.get("l", "0")))
    if not quantity:
        return None
    return UnifiedFill(
        symbol=str(row["s"]),
        side=Side.BUY if row["S"] == "BUY" else Side.SELL,
        quantity=quantity,
        price=Decimal(str(row["L"])),
        fee=Decimal(str(row.get("n", "0") or "0")),
        is_maker=bool(row.get("m", False)),
        order_id=str(row["i"]),
        client_order_id=str(row["c"]),
        event_time_ms=int(row["T"]),
        is_liquidation=str(row["c"]).startswith(_FORCED),
        fill_id=str(row["t"]),
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


def to_account_news(event: Mapping[str, Any]) -> AccountNews:
    """An `ACCOUNT_UPDATE` event: only rows that changed. It says no mark price, leverage or free balance."""
    body, zero = event["a"], Decimal(0)
    balances = tuple(
        UnifiedBalance(str(row["a"]), Decimal(str(row["wb"])), zero, zero) for row in body.get("B", ())
    )
    positions = tuple(
        UnifiedPosition(
            symbol=str(row["s"]),
            quantity=Decimal(str(row["pa"])),
            entry_price=Decimal(str(row["ep"])),
            mark_price=Decimal(str(row["ep"])),
            unrealized_pnl=Decimal(str(row["up"])),
            leverage=1,
            margin_mode=MarginMode.ISOLATED if row.get("mt") == "isolated" else MarginMode.CROSS,
        )
        for row in body.get("P", ())
    )
    return AccountNews(int(event["E"]), str(body.get("m", "")), balances, positions)


def _price(value: Any) -> Decimal | None:
    price = Decimal(str(value or "0"))
    return price or None
