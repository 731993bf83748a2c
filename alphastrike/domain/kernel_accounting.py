"""Perpetual accounting, once for every mode: fills, average entry, flips, funding, equity.

wallet += realised - fees + funding; equity = wallet + sum of unrealised. The average entry
changes only when a position grows; a fill through zero re-opens at its own price.
"""

from typing import Any

from alphastrike.numerics.compiled import compiled
from alphastrike.numerics.grid import on_grid


@compiled
def unrealized_pnl(position: Any) -> float:
    """Profit of an open linear position at its mark price, quote; 0 when flat, whatever the mark."""
    if position["lots"] == 0:
        return 0.0
    return float(position["quantity"] * (position["mark_price"] - position["entry_price"]))


@compiled
def apply_fill(account: Any, position: Any, fill: Any, step: float, trade: Any) -> bool:
    """Book a fill into the account and position; returns whether a round trip ended.

    Writes the fill's realised profit into `fill` and, when a trip ended, the finished trip
    into `trade`. A fill that flips the position splits its fee by lots between the two trips.
    """
    held = position["lots"]
    signed = fill["side"] * fill["lots"]
    quantity = on_grid(fill["lots"], step)
    account["fees"] += fill["fee"]
    account["slippage"] += fill["slippage"]
    account["turnover"] += quantity * fill["price"]
    if held == 0 or (held > 0) == (signed > 0):
        fill["realized"] = 0.0
        account["wallet"] -= fill["fee"]
        _grow(position, fill, signed, fill["fee"])
        _settle(position, fill, step)
        return False
    closing = min(abs(held), fill["lots"])
    side = 1.0 if held > 0 else -1.0
    realized = side * on_grid(closing, step) * (fill["price"] - position["entry_price"])
    fill["realized"] = realized
    account["realized"] += realized
    account["wallet"] += realized - fill["fee"]
    closing_fee = fill["fee"] * (closing / fill["lots"])
    _shrink(position, fill, closing, realized, closing_fee)
    position["lots"] = held + signed
    ended = closing == abs(held)
    if ended:
        _end_trip(account, position, fill, side, trade)
        opening = fill["lots"] - closing
        position["lots"] = 0
        if opening > 0:
            _grow(position, fill, fill["side"] * opening, fill["fee"] - closing_fee)
    _settle(position, fill, step)
    return bool(ended)


@compiled
def apply_funding(account: Any, position: Any, payment: float) -> None:
    """Book a funding payment (positive received)."""
    account["funding"] += payment
    account["wallet"] += payment
    position["trip_funding"] += payment


@compiled
def funding_payment(lots: int, step: float, mark_price: float, rate: float) -> float:
    """What the holder receives: longs pay a positive rate, on notional at the mark price."""
    return float(-on_grid(lots, step) * mark_price * rate)


@compiled
def _settle(position: Any, fill: Any, step: float) -> None:
    position["quantity"] = on_grid(position["lots"], step)
    fill["position_after"] = position["lots"]


@compiled
def _grow(position: Any, fill: Any, signed: int, fee: float) -> None:
    held = abs(position["lots"])
    added = abs(signed)
    if held == 0:
        position["entry_price"] = fill["price"]
        position["opened_ms"] = fill["ts_ms"]
        position["trip_pnl"] = 0.0
        position["trip_fees"] = 0.0
        position["trip_funding"] = 0.0
        position["trip_max_lots"] = 0
        position["trip_exit_notional"] = 0.0
        position["trip_exit_lots"] = 0
    else:
        total = position["entry_price"] * held + fill["price"] * added
        position["entry_price"] = total / (held + added)
    position["lots"] += signed
    position["trip_fees"] += fee
    position["trip_entry_price"] = position["entry_price"]
    position["trip_max_lots"] = max(position["trip_max_lots"], abs(position["lots"]))


@compiled
def _shrink(position: Any, fill: Any, closing: int, realized: float, fee: float) -> None:
    position["trip_pnl"] += realized
    position["trip_fees"] += fee
    position["trip_exit_lots"] += closing
    position["trip_exit_notional"] += closing * fill["price"]


@compiled
def _end_trip(account: Any, position: Any, fill: Any, side: float, trade: Any) -> None:
    account["trades"] += 1
    trade["symbol"] = fill["symbol"]
    trade["side"] = side
    trade["exit_reason"] = fill["reason"]
    trade["opened_ms"] = position["opened_ms"]
    trade["closed_ms"] = fill["ts_ms"]
    trade["lots"] = position["trip_max_lots"]
    trade["entry_price"] = position["trip_entry_price"]
    trade["exit_price"] = position["trip_exit_notional"] / position["trip_exit_lots"]
    trade["pnl"] = position["trip_pnl"]
    trade["fees"] = position["trip_fees"]
    trade["funding"] = position["trip_funding"]
    position["entry_price"] = 0.0
    position["opened_ms"] = 0
