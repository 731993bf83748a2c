"""Orders and fills of a practice account, in the venue's words."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid import account_natives
from alphastrike.adapters.hyperliquid.account_natives import BookedOrder
from alphastrike.adapters.hyperliquid.natives import number
from alphastrike.domain.orders import OrderState, TimeInForce
from alphastrike.domain.practice import PracticeAccount, PracticeOrder

Native = dict[str, Any]

_ENDED = {OrderState.FILLED: "filled", OrderState.CANCELED: "canceled", OrderState.REJECTED: "rejected"}
_MISSED = {TimeInForce.IOC: "iocCancelRejected", TimeInForce.GTX: "badAloPxRejected"}


def cloid_of(client_order_id: str) -> str | None:
    """The cloid an order was sent with, None when it had none. A replacement's id ends in #n."""
    return client_order_id.partition("#")[0] if client_order_id.startswith("0x") else None


def booked(known: PracticeOrder) -> Native:
    """An order with all the venue tells of it."""
    return account_natives.order(
        BookedOrder(
            order=known.order,
            order_id=int(known.result.order_id),
            remaining=known.order.quantity - known.result.filled_quantity,
            placed_ms=known.created_ms,
            cloid=cloid_of(known.order.client_order_id),
        )
    )


def status_of(known: PracticeOrder) -> str:
    """An order's state in the venue's words."""
    state = known.result.state
    if state is OrderState.EXPIRED:
        is_missed = known.result.filled_quantity == 0
        return _MISSED.get(known.order.time_in_force, "canceled") if is_missed else "canceled"
    return _ENDED.get(state, "triggered" if known.is_triggered else "open")


def fills_of(account: PracticeAccount) -> list[Native]:
    """An account's fills, newest first, each with the position before it and the profit it took."""
    return list(_walked(account))[::-1]


def _walked(account: PracticeAccount) -> Iterator[Native]:
    held: dict[str, tuple[Decimal, Decimal]] = {}  # symbol -> position, entry price
    for fill in account.fills():
        position, entry = held.get(fill.symbol, (Decimal(0), Decimal(0)))
        signed = fill.quantity * int(fill.side)
        native = account_natives.fill(
            fill,
            trade_id=int(fill.fill_id),
            cloid=cloid_of(fill.client_order_id),
            start_position=position,
        )
        closing = min(abs(position), abs(signed)) if position * signed < 0 else Decimal(0)
        profit = closing * (fill.price - entry) * (1 if position > 0 else -1)
        native["closedPnl"] = number(profit)
        after = position + signed
        if after * position <= 0:
            entry = fill.price
        elif closing == 0:
            entry = (entry * position + fill.price * signed) / after
        held[fill.symbol] = (after, entry)
        yield native
