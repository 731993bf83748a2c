"""How the simulated venue executes, expires and liquidates; each writes to the tape.

Taker fills pay half the spread, slippage and impact against the reference price, rounded to the
tick against the taker. Maker fills get their limit price. All fills share a part of the
candle's volume.
"""

import math
from typing import Any

from alphastrike.domain.kernel_accounting import apply_fill
from alphastrike.domain.kernel_margin import bankruptcy_price, tier_leverage
from alphastrike.domain.orders import OrderState, OrderType, TimeInForce
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.records import NOTICE_FILL, NOTICE_ORDER
from alphastrike.numerics.compiled import compiled_without_allocation, constant
from alphastrike.numerics.grid import ceil_to_grid, floor_to_grid, on_grid

_LIMIT = constant(OrderType.LIMIT)
_IOC = constant(TimeInForce.IOC)
_FOK = constant(TimeInForce.FOK)
_PARTIAL = constant(OrderState.PARTIALLY_FILLED)
_CANCELED = constant(OrderState.CANCELED)
_EXPIRED = constant(OrderState.EXPIRED)
_FILLED = constant(OrderState.FILLED)
_TAKER, _MAKER = constant(0), constant(1)
_LIQUIDATION = constant(Reason.LIQUIDATION)


@compiled_without_allocation
def remove_order(venue: Any, symbol: int, slot: int, state: int, ts_ms: int) -> None:
    """Take an order off the book; anything but a complete fill is put on the tape."""
    if state != _FILLED:
        note(venue, NOTICE_ORDER, symbol, venue.orders[symbol, slot]["order_id"], ts_ms)
        venue.notices[venue.used[2] - 1]["state"] = state
    last = venue.order_count[symbol] - 1
    for row in range(slot, last):
        venue.orders[symbol, row] = venue.orders[symbol, row + 1]
    venue.order_count[symbol] = last


@compiled_without_allocation
def note(tape: Any, kind: int, symbol: int, order_id: int, ts_ms: int) -> None:
    """Append a notice that points at the newest record of its kind."""
    notice = tape.notices[tape.used[2]]
    tape.used[2] += 1
    notice["kind"] = kind
    notice["symbol"] = symbol
    notice["order_id"] = order_id
    notice["ts_ms"] = ts_ms
    notice["state"] = 0
    notice["index"] = tape.used[0] - 1 if kind == NOTICE_FILL else tape.used[1] - 1


@compiled_without_allocation
def fillable_lots(venue: Any, symbol: int, slot: int) -> int:
    """Lots an order still wants; reduce-only orders never want more than the position."""
    order = venue.orders[symbol, slot]
    wanted = order["lots"] - order["filled_lots"]
    if order["reduce_only"] != 0:
        reducible = -order["side"] * venue.positions[symbol]["lots"]
        return int(max(0, min(wanted, reducible)))
    return int(wanted)


@compiled_without_allocation
def take(venue: Any, symbol: int, slot: int, reference: float, ts_ms: int) -> bool:
    """Execute an order against the market at `reference`; returns whether it left the book."""
    order = venue.orders[symbol, slot]
    wanted = fillable_lots(venue, symbol, slot)
    capacity = venue.state[0]["capacity"]
    if wanted == 0 or (order["time_in_force"] == _FOK and wanted > capacity):
        remove_order(venue, symbol, slot, _EXPIRED, ts_ms)
        return True
    lots = min(wanted, capacity)
    if lots > 0:
        price = taker_price(venue, symbol, order["side"], lots, reference)
        if order["order_type"] == _LIMIT:
            price = min(price, order["price"]) if order["side"] > 0 else max(price, order["price"])
        execute(venue, symbol, slot, lots, price, reference, _TAKER, ts_ms)
    if order["time_in_force"] == _IOC and lots < wanted:
        remove_order(venue, symbol, slot, _CANCELED, ts_ms)
        return True
    return close_out(venue, symbol, slot, ts_ms)


@compiled_without_allocation
def make(venue: Any, symbol: int, slot: int, ts_ms: int) -> bool:
    """Execute a resting limit order at its own price; returns whether it left the book."""
    order = venue.orders[symbol, slot]
    lots = min(fillable_lots(venue, symbol, slot), venue.state[0]["capacity"])
    if lots > 0:
        execute(venue, symbol, slot, lots, order["price"], order["price"], _MAKER, ts_ms)
    return close_out(venue, symbol, slot, ts_ms)


@compiled_without_allocation
def close_out(venue: Any, symbol: int, slot: int, ts_ms: int) -> bool:
    """Remove an order that is complete or, being reduce-only, has nothing left to reduce."""
    order = venue.orders[symbol, slot]
    if order["filled_lots"] == order["lots"]:
        remove_order(venue, symbol, slot, _FILLED, ts_ms)
        return True
    if order["reduce_only"] != 0 and order["filled_lots"] > 0 and fillable_lots(venue, symbol, slot) == 0:
        remove_order(venue, symbol, slot, _EXPIRED, ts_ms)
        return True
    return False


@compiled_without_allocation
def taker_price(venue: Any, symbol: int, side: int, lots: int, reference: float) -> float:
    """The price a taker of `lots` gets around `reference`; never a better one.

    A market that fell below its own tick is sold off the grid, as its venue would have made the tick finer.
    """
    state = venue.state[0]
    share = lots / state["bar_capacity"] if state["bar_capacity"] > 0 else 1.0
    cost = state["half_spread"] + state["slippage"] + state["impact"] * share
    tick = venue.instruments[symbol]["tick"]
    if side > 0:
        return ceil_to_grid(reference * (1.0 + cost), tick)
    price = reference * (1.0 - cost)
    on_tick = floor_to_grid(price, tick)
    return on_tick if on_tick > 0.0 else price


@compiled_without_allocation
def execute(
    venue: Any, symbol: int, slot: int, lots: int, price: float, reference: float, is_maker: int, ts_ms: int
) -> None:
    """Book `lots` of an order at `price`."""
    order = venue.orders[symbol, slot]
    rules = venue.instruments[symbol]
    rate = rules["maker_fee"] if is_maker != _TAKER else rules["taker_fee"]
    fill = venue.fills[venue.used[0]]
    fill["ts_ms"] = ts_ms
    fill["symbol"] = symbol
    fill["side"] = order["side"]
    fill["is_maker"] = is_maker
    fill["is_liquidation"] = False
    fill["reason"] = order["reason"]
    fill["lots"] = lots
    fill["price"] = price
    fill["fee"] = on_grid(lots, rules["step"]) * price * rate
    fill["slippage"] = order["side"] * (price - reference) * on_grid(lots, rules["step"])
    fill["order_id"] = order["order_id"]
    order["filled_lots"] += lots
    order["state"] = _PARTIAL
    venue.state[0]["capacity"] -= lots
    _book(venue, symbol, fill, rules["step"])


@compiled_without_allocation
def liquidate(venue: Any, symbol: int, mark_price: float, collateral: float, ts_ms: int) -> None:
    """The venue takes the position over at `mark_price`, never beyond the bankruptcy price.

    `collateral` (quote) is what the position can lose: its isolated margin, or the wallet plus
    the other positions' profit. The liquidation fee takes at most what is left.
    """
    while venue.order_count[symbol] > 0:
        remove_order(venue, symbol, venue.order_count[symbol] - 1, _CANCELED, ts_ms)
    position = venue.positions[symbol]
    rules = venue.instruments[symbol]
    side = -1 if position["lots"] > 0 else 1
    lots = abs(position["lots"])
    quantity = position["quantity"]
    bankrupt = bankruptcy_price(quantity, position["entry_price"], collateral)
    price = taker_price(venue, symbol, side, lots, mark_price)
    if not math.isnan(bankrupt) and side * (price - bankrupt) > 0.0:
        price = bankrupt
    left = collateral + quantity * (price - position["entry_price"])
    fill = venue.fills[venue.used[0]]
    fill["ts_ms"] = ts_ms
    fill["symbol"] = symbol
    fill["side"] = side
    fill["is_maker"] = False
    fill["is_liquidation"] = True
    fill["reason"] = _LIQUIDATION
    fill["lots"] = lots
    fill["price"] = price
    fill["fee"] = max(0.0, min(left, abs(quantity) * price * rules["liquidation_fee"]))
    fill["slippage"] = side * (price - mark_price) * abs(quantity)
    fill["order_id"] = 0
    venue.account[0]["liquidations"] += 1
    _book(venue, symbol, fill, rules["step"])


@compiled_without_allocation
def _book(venue: Any, symbol: int, fill: Any, step: float) -> None:
    position = venue.positions[symbol]
    before = position["lots"]
    venue.used[0] += 1
    apply_fill(venue.account[0], position, fill, step, venue.trade[0])
    _move_isolated_margin(venue, position, before, fill, step)
    note(venue, NOTICE_FILL, fill["symbol"], fill["order_id"], fill["ts_ms"])


@compiled_without_allocation
def _move_isolated_margin(venue: Any, position: Any, before: int, fill: Any, step: float) -> None:
    if venue.state[0]["is_isolated"] == 0:
        return
    after = position["lots"]
    flipped = before != 0 and after != 0 and (before > 0) != (after > 0)
    if after == 0 or flipped:
        position["isolated_margin"] = 0.0
        before = 0
    if abs(after) > abs(before):
        added = on_grid(abs(after) - abs(before), step)
        notional = on_grid(abs(after), step) * fill["price"]
        leverage = min(venue.state[0]["leverage"], tier_leverage(notional, venue.tiers[fill["symbol"]]))
        position["isolated_margin"] += added * fill["price"] / leverage
    elif before != 0:
        position["isolated_margin"] *= abs(after) / abs(before)
