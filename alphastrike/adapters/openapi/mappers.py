"""Rows of our own fields as unified values; pure. What a venue does not say takes its neutral value."""

from decimal import Decimal

from alphastrike.adapters.openapi.rows import FieldRow, needed
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.errors import VenueUnreachable
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.orders import OrderState, Side, UnifiedFill, UnifiedOrderResult

_ZERO = Decimal(0)
_UNTOLD_LEVERAGE = 20  # where a venue names no highest leverage: a cautious stand-in


def to_instrument(row: FieldRow, symbol: str, venue: str) -> UnifiedInstrument:
    """One tier: where no maintenance rate is told, it is the initial margin of the highest leverage."""
    leverage = int(row.get("max_leverage") or _UNTOLD_LEVERAGE)
    maintenance = row.get("maintenance_margin_rate") or 1 / Decimal(leverage)
    return UnifiedInstrument(
        symbol=symbol,
        venue=venue,
        native_symbol=str(needed(row, "native")),
        tick_size=needed(row, "tick_size"),
        quantity_step=needed(row, "quantity_step"),
        min_quantity=needed(row, "min_quantity"),
        min_notional=row.get("min_notional") or _ZERO,
        maker_fee_rate=row.get("maker_fee_rate") or _ZERO,
        taker_fee_rate=row.get("taker_fee_rate") or _ZERO,
        liquidation_fee_rate=row.get("liquidation_fee_rate") or _ZERO,
        margin_tiers=(MarginTier(_ZERO, maintenance, leverage),),
        quote_asset=str(row.get("quote_asset") or "USDT"),
    )


def to_candle(row: FieldRow, symbol: str, interval_ms: int, now_ms: int) -> UnifiedCandle:
    """A candle is closed once the venue's clock has passed its end."""
    open_time_ms = int(needed(row, "open_time_ms"))
    taker = row.get("taker_buy_volume")
    return UnifiedCandle(
        symbol=symbol,
        interval_ms=interval_ms,
        open_time_ms=open_time_ms,
        open=float(needed(row, "open")),
        high=float(needed(row, "high")),
        low=float(needed(row, "low")),
        close=float(needed(row, "close")),
        volume=float(needed(row, "volume")),
        taker_buy_volume=None if taker is None else float(taker),
        is_closed=open_time_ms + interval_ms <= now_ms,
    )


def to_balance(row: FieldRow) -> UnifiedBalance:
    """One asset."""
    return UnifiedBalance(
        asset=str(needed(row, "asset")),
        wallet=needed(row, "wallet"),
        available=needed(row, "available"),
        unrealized_pnl=row.get("unrealized_pnl") or _ZERO,
    )


def to_position(row: FieldRow, symbol: str) -> UnifiedPosition | None:
    """An open position; without a mark price the profit tells it, without a profit the entry does."""
    quantity, entry = needed(row, "quantity"), needed(row, "entry_price")
    if quantity == 0:
        return None
    pnl = row.get("unrealized_pnl") or _ZERO
    isolated = row.get("isolated_margin") or _ZERO
    mode = row.get("margin_mode")
    is_isolated = mode == "ISOLATED" if mode else isolated > 0
    return UnifiedPosition(
        symbol=symbol,
        quantity=quantity,
        entry_price=entry,
        mark_price=row.get("mark_price") or entry + pnl / quantity,
        unrealized_pnl=pnl,
        leverage=int(row.get("leverage") or 1),
        margin_mode=MarginMode.ISOLATED if is_isolated else MarginMode.CROSS,
        isolated_margin=isolated if is_isolated else None,
        liquidation_price=row.get("liquidation_price") or None,
    )


def to_order_result(row: FieldRow, symbol: str, client_order_id: str = "") -> UnifiedOrderResult:
    """What a venue says of an order; without a word on its state it works."""
    filled = row.get("filled_quantity") or _ZERO
    state = row.get("state") or "WORKING"
    return UnifiedOrderResult(
        symbol=symbol,
        client_order_id=str(row.get("client_order_id") or client_order_id),
        order_id=str(row.get("order_id") or ""),
        state=OrderState[state] if state in OrderState.__members__ else OrderState.UNKNOWN,
        filled_quantity=filled,
        average_price=(row.get("average_price") or None) if filled else None,
    )


def to_fill(row: FieldRow, symbol: str) -> UnifiedFill:
    """One execution."""
    side = str(needed(row, "side"))
    if side not in Side.__members__:
        raise VenueUnreachable(f"side: observed {side}, allowed BUY or SELL")
    return UnifiedFill(
        symbol=symbol,
        side=Side[side],
        quantity=needed(row, "quantity"),
        price=needed(row, "price"),
        fee=needed(row, "fee"),
        is_maker=row.get("is_maker") is True,
        order_id=str(needed(row, "order_id")),
        client_order_id=str(row.get("client_order_id") or ""),
        event_time_ms=int(needed(row, "event_time_ms")),
        fill_id=str(needed(row, "fill_id")),
    )
