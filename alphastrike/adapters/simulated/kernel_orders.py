"""How the simulated venue takes orders in: filters, margin, then a place on the book."""

from typing import Any

import numpy as np

from alphastrike.adapters.simulated.kernel_fills import remove_order
from alphastrike.domain.kernel_margin import tier_leverage
from alphastrike.domain.orders import OrderState, OrderType
from alphastrike.domain.records import PHASE_ARRIVING
from alphastrike.numerics.compiled import compiled_without_allocation, constant
from alphastrike.numerics.grid import on_grid

_LIMIT = constant(OrderType.LIMIT)
_MARKET = constant(OrderType.MARKET)
_WORKING = constant(OrderState.WORKING)
_CANCELED = constant(OrderState.CANCELED)

# Why an order was refused; 0 is accepted.
ACCEPTED = 0
TOO_SMALL = 1
BELOW_MIN_NOTIONAL = 2
OFF_TICK = 3
INSUFFICIENT_MARGIN = 4
TOO_MANY_ORDERS = 5
NO_PRICE = 6


@compiled_without_allocation
def submit_order(venue: Any, symbol: int, order: Any) -> int:
    """Judge an order by the venue's filters and put it on the book; returns why not, or 0."""
    refusal = _judge(venue, symbol, order)
    if refusal != ACCEPTED:
        return refusal
    slot = venue.order_count[symbol]
    venue.orders[symbol, slot] = order
    venue.orders[symbol, slot]["phase"] = PHASE_ARRIVING
    venue.orders[symbol, slot]["state"] = _WORKING
    venue.order_count[symbol] = slot + 1
    return ACCEPTED


@compiled_without_allocation
def cancel_order(venue: Any, symbol: int, order_id: int, ts_ms: int) -> bool:
    """Take an order off the book; false when it is not there (any more)."""
    for slot in range(venue.order_count[symbol]):
        if venue.orders[symbol, slot]["order_id"] == order_id:
            remove_order(venue, symbol, slot, _CANCELED, ts_ms)
            return True
    return False


@compiled_without_allocation
def _judge(venue: Any, symbol: int, order: Any) -> int:
    rules = venue.instruments[symbol]
    mark = venue.positions[symbol]["mark_price"]
    if venue.order_count[symbol] >= venue.orders.shape[1]:
        return TOO_MANY_ORDERS
    if order["lots"] <= 0:
        return TOO_SMALL
    price = order["price"] if order["order_type"] == _LIMIT else order["trigger_price"]
    if order["order_type"] != _MARKET and not _on_tick(price, rules["tick"]):
        return OFF_TICK
    if order["reduce_only"] != 0:
        return ACCEPTED
    if order["lots"] < rules["min_lots"]:
        return TOO_SMALL
    if not mark > 0.0:
        return NO_PRICE
    valued_at = mark if order["order_type"] == _MARKET else price
    notional = on_grid(order["lots"], rules["step"]) * valued_at
    if notional < rules["min_notional"]:
        return BELOW_MIN_NOTIONAL
    if not _has_margin(venue, symbol, order):
        return INSUFFICIENT_MARGIN
    return ACCEPTED


@compiled_without_allocation
def _on_tick(price: float, tick: float) -> bool:
    if not price > 0.0:
        return False
    ticks = price / tick
    return bool(abs(ticks - np.rint(ticks)) < 1e-6 * max(1.0, abs(ticks) * 1e-6))


@compiled_without_allocation
def _has_margin(venue: Any, symbol: int, order: Any) -> bool:
    """Whether equity covers the initial margin of all positions with every working order filled.

    An order that only makes the position smaller needs no margin.
    """
    held = venue.positions[symbol]["lots"]
    after = held + order["side"] * order["lots"]
    if held != 0 and abs(after) <= abs(held) and (after > 0) == (held > 0 and after != 0):
        return True
    equity = venue.account[0]["wallet"]
    needed = 0.0
    for other in range(venue.positions.shape[0]):
        position = venue.positions[other]
        lots = position["lots"]
        low, high = lots, lots
        for slot in range(venue.order_count[other]):
            low, high = _widened(low, high, venue.orders[other, slot])
        if other == symbol:
            low, high = _widened(low, high, order)
        worst = max(high, -low)
        if worst != 0 or lots != 0:
            step = venue.instruments[other]["step"]
            equity += on_grid(lots, step) * (position["mark_price"] - position["entry_price"])
            needed += _initial_margin(venue, other, on_grid(worst, step) * position["mark_price"])
    return bool(equity >= needed)


@compiled_without_allocation
def _widened(low: int, high: int, order: Any) -> tuple[int, int]:
    """The range of positions that is possible once an order may fill."""
    if order["reduce_only"] != 0:
        return low, high
    left = order["lots"] - order["filled_lots"]
    if order["side"] > 0:
        return low, high + left
    return low - left, high


@compiled_without_allocation
def _initial_margin(venue: Any, symbol: int, notional: float) -> float:
    """Notional over the leverage in force: the account's setting, capped by the notional's tier."""
    return float(notional / min(venue.state[0]["leverage"], tier_leverage(notional, venue.tiers[symbol])))
