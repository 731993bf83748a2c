"""Orders, fills and positions from our words to the venue's: the way back from `account_mappers`."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.natives import NO_HASH, number
from alphastrike.adapters.hyperliquid.symbols import to_coin
from alphastrike.domain.account import MarginMode, UnifiedPosition
from alphastrike.domain.orders import OrderType, Side, TimeInForce, UnifiedFill, UnifiedOrder

Native = dict[str, Any]

_TIFS = {TimeInForce.GTC: "Gtc", TimeInForce.IOC: "Ioc", TimeInForce.GTX: "Alo", TimeInForce.FOK: "Ioc"}
_KINDS = {
    OrderType.LIMIT: "Limit",
    OrderType.MARKET: "Market",
    OrderType.STOP_MARKET: "Stop Market",
    OrderType.TAKE_PROFIT_MARKET: "Take Profit Market",
}


@dataclass(frozen=True, slots=True)
class BookedOrder:
    """An order as the venue keeps it. `remaining` is in base units; times are milliseconds."""

    order: UnifiedOrder
    order_id: int
    remaining: Decimal
    placed_ms: int
    cloid: str | None = None


def side_letter(side: Side) -> str:
    """B for a bid, A for an ask."""
    return "B" if side is Side.BUY else "A"


def order(booked: BookedOrder) -> Native:
    """An order with all that the venue's own page shows of it."""
    asked = booked.order
    is_trigger = asked.trigger_price is not None
    price = asked.price if asked.price is not None else asked.trigger_price
    return {
        "coin": to_coin(asked.symbol),
        "side": side_letter(asked.side),
        "limitPx": number(price or Decimal(0)),
        "sz": number(booked.remaining),
        "oid": booked.order_id,
        "timestamp": booked.placed_ms,
        "triggerCondition": _condition(asked) if is_trigger else "N/A",
        "isTrigger": is_trigger,
        "triggerPx": number(asked.trigger_price or Decimal(0)),
        "children": [],
        "isPositionTpsl": False,
        "reduceOnly": asked.reduce_only,
        "orderType": _KINDS[asked.order_type],
        "origSz": number(asked.quantity),
        "tif": None if is_trigger else _TIFS[asked.time_in_force],
        "cloid": booked.cloid,
    }


def fill(known: UnifiedFill, *, trade_id: int, cloid: str | None, start_position: Decimal) -> Native:
    """One execution on a position that was `start_position` (base units, signed) before it."""
    native: Native = {
        "coin": to_coin(known.symbol),
        "px": number(known.price),
        "sz": number(known.quantity),
        "side": side_letter(known.side),
        "time": known.event_time_ms,
        "startPosition": number(start_position),
        "dir": _direction(known, start_position),
        "closedPnl": "0.0",
        "hash": NO_HASH,
        "oid": int(known.order_id),
        "crossed": not known.is_maker,
        "fee": number(known.fee),
        "tid": trade_id,
        "feeToken": "USDC",
        "twapId": None,
    }
    return native if cloid is None else {**native, "cloid": cloid}


def position(held: UnifiedPosition) -> Native:
    """An open position as an entry of the account's state."""
    value = abs(held.quantity) * held.mark_price
    is_isolated = held.margin_mode is MarginMode.ISOLATED
    margin = held.isolated_margin if held.isolated_margin is not None else value / held.leverage
    leverage: Native = {"type": held.margin_mode.value, "value": held.leverage}
    if is_isolated:
        leverage["rawUsd"] = number(margin - held.quantity * held.mark_price)
    liquidation = held.liquidation_price
    return {
        "type": "oneWay",
        "position": {
            "coin": to_coin(held.symbol),
            "szi": number(held.quantity),
            "leverage": leverage,
            "entryPx": number(held.entry_price),
            "positionValue": number(value),
            "unrealizedPnl": number(held.unrealized_pnl),
            "returnOnEquity": number(held.unrealized_pnl / margin if margin else Decimal(0)),
            "liquidationPx": None if liquidation is None else number(liquidation),
            "marginUsed": number(margin),
            "maxLeverage": held.leverage,
            "cumFunding": {"allTime": "0.0", "sinceOpen": "0.0", "sinceChange": "0.0"},
        },
    }


def _condition(asked: UnifiedOrder) -> str:
    is_stop = asked.order_type is OrderType.STOP_MARKET
    is_above = (asked.side is Side.BUY) == is_stop
    return f"Price {'above' if is_above else 'below'} {asked.trigger_price}"


def _direction(known: UnifiedFill, start: Decimal) -> str:
    signed = known.quantity * int(known.side)
    if start * signed >= 0:
        return "Open Long" if signed > 0 else "Open Short"
    if abs(signed) > abs(start):
        return "Short > Long" if signed > 0 else "Long > Short"
    return "Close Short" if signed > 0 else "Close Long"
