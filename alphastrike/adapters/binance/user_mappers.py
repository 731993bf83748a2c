"""Binance's streamed account events as unified values; pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alphastrike.adapters.binance.order_states import price_of, to_algo_state, to_state
from alphastrike.domain.account import AccountNews, MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.orders import Side, UnifiedFill, UnifiedOrderResult

_FORCED = ("autoclose-", "adl_autoclose")


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
        average_price=price_of(row.get("ap")) if filled else None,
    )


def to_streamed_algo_order(event: Mapping[str, Any]) -> UnifiedOrderResult:
    """An `ALGO_UPDATE` event."""
    row = event["o"]
    return UnifiedOrderResult(
        symbol=str(row["s"]),
        client_order_id=str(row["caid"]),
        order_id=str(row["aid"]),
        state=to_algo_state(row["X"]),
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
