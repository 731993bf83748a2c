"""Orders, fills, positions and balances from the venue's words to ours. Pure; unknown fields are ignored.

A message of another shape raises `KeyError`, `ValueError`, `TypeError` or `ArithmeticError`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.symbols import to_symbol
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.orders import OrderState, Side, UnifiedFill, UnifiedOrderResult

Native = Mapping[str, Any]
Names = Callable[[str | None], str]

ASSET = "USDC"
_STATES = {
    "open": OrderState.WORKING,
    "resting": OrderState.WORKING,
    "triggered": OrderState.WORKING,
    "waitingForTrigger": OrderState.WORKING,
    "waitingForFill": OrderState.WORKING,
    "filled": OrderState.FILLED,
    "canceled": OrderState.CANCELED,
    "scheduledCancel": OrderState.CANCELED,
    "expired": OrderState.EXPIRED,
    "iocCancelRejected": OrderState.EXPIRED,
    "badAloPxRejected": OrderState.EXPIRED,
    "rejected": OrderState.REJECTED,
}
_SIDES = {"B": Side.BUY, "A": Side.SELL}


def to_state(status: str, *, is_partly_filled: bool) -> OrderState:
    """What a status means; one never heard of is UNKNOWN, to be reconciled."""
    state = _STATES.get(status)
    if state is OrderState.WORKING and is_partly_filled:
        return OrderState.PARTIALLY_FILLED
    if state is not None:
        return state
    if status.endswith("Canceled"):
        return OrderState.CANCELED
    return OrderState.REJECTED if status.endswith("Rejected") else OrderState.UNKNOWN


def to_order(native: Native, status: str, names: Names) -> UnifiedOrderResult | None:
    """An order and its status; the venue does not tell its average price. None for no perpetual.

    `names` gives the client order id behind a cloid.
    """
    symbol = to_symbol(native["coin"])
    if symbol is None:
        return None
    remaining = Decimal(native["sz"])
    ordered = Decimal(native.get("origSz") or native["sz"])
    filled = ordered if status == "filled" else ordered - remaining
    return UnifiedOrderResult(
        symbol=symbol,
        client_order_id=names(native.get("cloid")),
        order_id=str(native["oid"]),
        state=to_state(status, is_partly_filled=filled > 0),
        filled_quantity=filled,
        message="" if status in _STATES and not status.endswith("Rejected") else status,
    )


def to_fill(native: Native, user: str, names: Names) -> UnifiedFill | None:
    """One execution of `user`'s; a liquidation only when it was this user's. None for no perpetual."""
    symbol = to_symbol(native["coin"])
    if symbol is None:
        return None
    liquidated = (native.get("liquidation") or {}).get("liquidatedUser") or ""
    return UnifiedFill(
        symbol=symbol,
        side=_SIDES[native["side"]],
        quantity=Decimal(native["sz"]),
        price=Decimal(native["px"]),
        fee=Decimal(native["fee"]),
        is_maker=not native["crossed"],
        order_id=str(native["oid"]),
        client_order_id=names(native.get("cloid")),
        event_time_ms=int(native["time"]),
        is_liquidation=liquidated != "" and liquidated.lower() == user.lower(),
        fill_id=str(native.get("tid", "")),
    )


def to_positions(state: Native) -> list[UnifiedPosition]:
    """Open positions of an account's state, sorted by symbol."""
    mapped = (_position(entry["position"]) for entry in state["assetPositions"])
    return sorted((known for known in mapped if known is not None), key=lambda held: held.symbol)


def to_balance(state: Native) -> UnifiedBalance:
    """The account's USDC behind its perpetuals; `available` is what could be withdrawn."""
    profits = (entry["position"].get("unrealizedPnl") or "0" for entry in state["assetPositions"])
    unrealized = sum((Decimal(profit) for profit in profits), Decimal(0))
    summary = state.get("marginSummary") or state["crossMarginSummary"]
    wallet = Decimal(summary["accountValue"]) - unrealized
    return UnifiedBalance(ASSET, wallet, Decimal(state["withdrawable"]), unrealized)


def _position(native: Native) -> UnifiedPosition | None:
    symbol, quantity = to_symbol(native["coin"]), Decimal(native["szi"])
    if symbol is None or quantity == 0:
        return None
    leverage = native["leverage"]
    is_isolated = leverage["type"] == "isolated"
    liquidation = native.get("liquidationPx")
    return UnifiedPosition(
        symbol=symbol,
        quantity=quantity,
        entry_price=Decimal(native["entryPx"]),
        mark_price=Decimal(native["positionValue"]) / abs(quantity),
        unrealized_pnl=Decimal(native["unrealizedPnl"]),
        leverage=int(leverage["value"]),
        margin_mode=MarginMode.ISOLATED if is_isolated else MarginMode.CROSS,
        isolated_margin=Decimal(native["marginUsed"]) if is_isolated else None,
        liquidation_price=None if liquidation is None else Decimal(liquidation),
    )
