"""The library's unified structures as ours; pure. Its numbers are floats: the shortest decimal is taken."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.orders import OrderState, Side, UnifiedFill, UnifiedOrderResult
from alphastrike.domain.wire_values import decimal_at, integer_at, optional_decimal_at, text_at

Structure = Mapping[str, Any]
_ZERO = Decimal(0)
_UNTOLD_LEVERAGE = 20
_STATES = {
    "open": OrderState.WORKING,
    "closed": OrderState.FILLED,
    "canceled": OrderState.CANCELED,
    "expired": OrderState.EXPIRED,
    "rejected": OrderState.REJECTED,
}


def to_instrument(market: Structure, symbol: str, venue: str) -> UnifiedInstrument:
    """A market; one tier at the initial margin of the highest leverage stands in for a schedule."""
    limits = market.get("limits") or {}
    leverage = int(_limit(limits, "leverage", "max") or _UNTOLD_LEVERAGE)
    step = decimal_at(market["precision"], "amount")
    return UnifiedInstrument(
        symbol=symbol,
        venue=venue,
        native_symbol=text_at(market, "id"),
        tick_size=decimal_at(market["precision"], "price"),
        quantity_step=step,
        min_quantity=_limit(limits, "amount", "min") or step,
        min_notional=_limit(limits, "cost", "min") or _ZERO,
        maker_fee_rate=optional_decimal_at(market, "maker") or _ZERO,
        taker_fee_rate=optional_decimal_at(market, "taker") or _ZERO,
        liquidation_fee_rate=_ZERO,
        margin_tiers=(MarginTier(_ZERO, 1 / Decimal(leverage), leverage),),
        quote_asset=text_at(market, "quote"),
    )


def to_candle(row: Any, symbol: str, interval_ms: int, now_ms: int) -> UnifiedCandle:
    """The library drops the taker's volume."""
    opened, *prices, volume = row[:6]
    first, high, low, last = (float(price) for price in prices)
    return UnifiedCandle(
        symbol, interval_ms, int(opened), first, high, low, last, float(volume),
        is_closed=int(opened) + interval_ms <= now_ms,
    )  # fmt: skip


def to_balances(answer: Structure) -> list[UnifiedBalance]:
    """Assets with something in them; the library does not say unrealised profit."""
    totals, free = answer.get("total") or {}, answer.get("free") or {}
    found = {asset: optional_decimal_at(totals, asset) or _ZERO for asset in sorted(totals)}
    return [
        UnifiedBalance(asset, total, optional_decimal_at(free, asset) or _ZERO, _ZERO)
        for asset, total in found.items()
        if total
    ]


def to_position(row: Structure, symbol: str) -> UnifiedPosition | None:
    """Contracts times their size, signed by the side."""
    contracts = optional_decimal_at(row, "contracts") or _ZERO
    if contracts == 0:
        return None
    sign = -1 if row.get("side") == "short" else 1
    entry = optional_decimal_at(row, "entryPrice") or _ZERO
    pnl = optional_decimal_at(row, "unrealizedPnl") or _ZERO
    is_isolated = row.get("marginMode") == "isolated"
    return UnifiedPosition(
        symbol=symbol,
        quantity=sign * contracts,
        entry_price=entry,
        mark_price=optional_decimal_at(row, "markPrice") or entry + sign * pnl / contracts,
        unrealized_pnl=pnl,
        leverage=int(optional_decimal_at(row, "leverage") or 1),
        margin_mode=MarginMode.ISOLATED if is_isolated else MarginMode.CROSS,
        isolated_margin=optional_decimal_at(row, "collateral") if is_isolated else None,
        liquidation_price=optional_decimal_at(row, "liquidationPrice") or None,
    )


def to_order_result(row: Structure, symbol: str, client_order_id: str = "") -> UnifiedOrderResult:
    """A state the library has no word for is UNKNOWN; one closed with less than asked is not filled."""
    filled = optional_decimal_at(row, "filled") or _ZERO
    amount = optional_decimal_at(row, "amount")
    word = row.get("status")
    state = OrderState.WORKING if word is None else _STATES.get(str(word), OrderState.UNKNOWN)
    if state is OrderState.WORKING and filled > 0:
        state = OrderState.PARTIALLY_FILLED
    if state is OrderState.FILLED and amount is not None and filled < amount:
        state = OrderState.PARTIALLY_FILLED
    return UnifiedOrderResult(
        symbol=symbol,
        client_order_id=str(row.get("clientOrderId") or client_order_id),
        order_id=str(row.get("id") or ""),
        state=state,
        filled_quantity=filled,
        average_price=(optional_decimal_at(row, "average") or None) if filled else None,
    )


def to_fill(row: Structure, symbol: str, client_order_id: str) -> UnifiedFill:
    """One execution of ours."""
    return UnifiedFill(
        symbol=symbol,
        side=Side.SELL if row.get("side") == "sell" else Side.BUY,
        quantity=decimal_at(row, "amount"),
        price=decimal_at(row, "price"),
        fee=optional_decimal_at(row.get("fee") or {}, "cost") or _ZERO,
        is_maker=row.get("takerOrMaker") == "maker",
        order_id=text_at(row, "order"),
        client_order_id=client_order_id,
        event_time_ms=integer_at(row, "timestamp"),
        fill_id=text_at(row, "id"),
    )


def _limit(limits: Structure, name: str, end: str) -> Decimal | None:
    return optional_decimal_at(limits.get(name) or {}, end)
