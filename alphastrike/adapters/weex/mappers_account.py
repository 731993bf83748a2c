"""WEEX balances, positions, orders and fills as unified values; pure."""

from decimal import Decimal

from alphastrike.adapters.weex.spelling import order_state, unified_symbol
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.orders import OrderState, Side, UnifiedFill, UnifiedOrderResult
from alphastrike.domain.wire_values import Row, decimal_at, integer_at, optional_decimal_at, text_at

_LIVING = (OrderState.PENDING, OrderState.WORKING)


def to_balance(row: Row, *, is_demo: bool = False) -> UnifiedBalance:
    """One row of `account/balance`; the demo asset `SUSDT` reads as `USDT`."""
    return UnifiedBalance(
        asset=unified_symbol(text_at(row, "asset"), is_demo=is_demo),
        wallet=decimal_at(row, "balance"),
        available=decimal_at(row, "availableBalance"),
        unrealized_pnl=decimal_at(row, "unrealizePnl"),
    )


def to_position(row: Row, *, is_demo: bool = False) -> UnifiedPosition | None:
    """One side of a symbol, or None when it is flat. The mark is the price behind its profit."""
    size, opened_for = decimal_at(row, "size"), decimal_at(row, "openValue")
    if size == 0:
        return None
    sign = -1 if text_at(row, "side") == "SHORT" else 1
    pnl = optional_decimal_at(row, "unrealizePnl") or Decimal(0)
    isolated = text_at(row, "marginType", "marginMode") == "ISOLATED"
    return UnifiedPosition(
        symbol=unified_symbol(text_at(row, "symbol"), is_demo=is_demo),
        quantity=sign * size,
        entry_price=opened_for / size,
        mark_price=(opened_for + sign * pnl) / size,
        unrealized_pnl=pnl,
        leverage=int(decimal_at(row, "leverage")),
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        isolated_margin=decimal_at(row, "isolatedMargin") if isolated else None,
        liquidation_price=optional_decimal_at(row, "liquidatePrice") or None,
    )


def to_order_result(row: Row, *, is_demo: bool = False) -> UnifiedOrderResult:
    """One order of REST or of an `orders` frame. A word for a state never seen before is UNKNOWN.

    The venue has no word for partly filled: an order that works with something filled is that.
    """
    filled = optional_decimal_at(row, "executedQty", "cumFillSize") or Decimal(0)
    state = order_state(row.get("status"))
    if state in _LIVING and filled > 0:
        state = OrderState.PARTIALLY_FILLED
    return UnifiedOrderResult(
        symbol=unified_symbol(text_at(row, "symbol"), is_demo=is_demo),
        client_order_id=text_at(row, "clientOrderId"),
        order_id=text_at(row, "orderId", "id"),
        state=state,
        filled_quantity=filled,
        average_price=_average_price(row, filled),
        message=_reason(row),
    )


def to_conditional_result(row: Row) -> UnifiedOrderResult:
    """One waiting stop or take-profit; once triggered it is the order under `actualOrderId` that lives on."""
    return UnifiedOrderResult(
        symbol=text_at(row, "symbol"),
        client_order_id=text_at(row, "clientAlgoId"),
        order_id=text_at(row, "algoId"),
        state=order_state(row.get("algoStatus")),
    )


def to_fill(row: Row, client_order_id: str, *, is_demo: bool = False) -> UnifiedFill:
    """One execution of `userTrades` or of a `fill` frame. A liquidation paid a fee for it."""
    quantity = decimal_at(row, "qty", "fillSize")
    penalty = optional_decimal_at(row, "liquidateFee") or Decimal(0)
    price = optional_decimal_at(row, "price") or decimal_at(row, "fillValue") / quantity
    maker = row.get("maker")
    return UnifiedFill(
        symbol=unified_symbol(text_at(row, "symbol"), is_demo=is_demo),
        side=to_side(text_at(row, "side", "orderSide")),
        quantity=quantity,
        price=price,
        fee=decimal_at(row, "commission", "fillFee") + penalty,
        is_maker=bool(maker) if maker is not None else row.get("direction") == "MAKER",
        order_id=text_at(row, "orderId"),
        client_order_id=client_order_id,
        event_time_ms=integer_at(row, "time", "createdTime"),
        is_liquidation=penalty > 0,
        fill_id=text_at(row, "id"),
    )


def to_side(word: str) -> Side:
    """BUY or SELL; both sides of the account speak it in capitals."""
    return Side.SELL if word.upper() == "SELL" else Side.BUY


def _average_price(row: Row, filled: Decimal) -> Decimal | None:
    if filled == 0:
        return None
    average = optional_decimal_at(row, "avgPrice")
    if average:
        return average
    value = optional_decimal_at(row, "cumQuote", "cumFillValue")
    return value / filled if value else None


def _reason(row: Row) -> str:
    reason = str(row.get("cancelReason") or "")
    return "" if reason.startswith("UNKNOWN_") else reason
