"""The matching and margin rule of the simulated venue, one candle of one symbol at a time.

Within a candle the worst plausible path is walked: against the position in hand first, then the
other extreme, then the close. At each step the nearest level is met first; on a tie liquidation
comes before a stop and a stop before anything else. What a gap jumps over fills at the open.
"""

import math
from typing import Any

import numpy as np

from alphastrike.adapters.simulated.kernel_account import FREE, WHOLE, collateral, liquidation_level
from alphastrike.adapters.simulated.kernel_fills import (
    fillable_lots,
    liquidate,
    make,
    remove_order,
    take,
)
from alphastrike.domain.kernel_margin import maintenance_margin
from alphastrike.domain.orders import OrderState, OrderType, TimeInForce
from alphastrike.domain.records import (
    PHASE_ARRIVING,
    PHASE_RESTING,
    PHASE_TRIGGERED,
)
from alphastrike.numerics.compiled import compiled_into_caller, compiled_without_allocation, constant
from alphastrike.numerics.grid import whole_steps

_MARKET = constant(OrderType.MARKET)
_LIMIT = constant(OrderType.LIMIT)
_STOP = constant(OrderType.STOP_MARKET)
_GTX = constant(TimeInForce.GTX)
_GTC = constant(TimeInForce.GTC)
_EXPIRED = constant(OrderState.EXPIRED)
# How far beyond a resting order the market must trade; a hair less than a tick for binary dust.
_ONE_TICK = 1.0 - 1e-6


@compiled_into_caller
def is_quiet(venue: Any, symbol: int, candle: Any) -> bool:
    """Whether nothing can happen inside the candle: no order is met and no margin runs out.

    Only ever true when the full walk would change nothing but the mark price.
    """
    position = venue.positions[symbol]
    for slot in range(venue.order_count[symbol]):
        order = venue.orders[symbol, slot]
        kind = order["order_type"]
        if kind == _MARKET or order["phase"] != PHASE_RESTING:
            return False
        level = order["price"] if kind == _LIMIT else order["trigger_price"]
        from_below = (order["side"] > 0) == (kind == _STOP)
        if candle.high >= level if from_below else candle.low <= level:
            return False
    if position["lots"] == 0:
        return True
    quantity = position["quantity"]
    worst = candle.low if quantity > 0.0 else candle.high
    backing = collateral(venue, symbol, FREE) + quantity * (worst - position["entry_price"])
    # Maintenance grows with price: what suffices at the high suffices everywhere below it.
    return bool(backing > maintenance_margin(abs(quantity) * candle.high, venue.tiers[symbol]))


@compiled_without_allocation
def open_candle(venue: Any, symbol: int, candle: Any) -> None:
    """The candle's first price: gap liquidation, then everything that trades at the open."""
    position = venue.positions[symbol]
    state = venue.state[0]
    step = venue.instruments[symbol]["step"]
    state["bar_capacity"] = whole_steps(state["volume_share"] * candle.volume, step)
    state["capacity"] = state["bar_capacity"]
    state["opened_intrabar"] = 0
    if position["lots"] != 0:
        level = liquidation_level(venue, symbol, candle.open, candle.open)
        if not math.isnan(level):
            liquidate(venue, symbol, candle.open, collateral(venue, symbol, WHOLE), candle.open_ms)
    # Counted down, as an order that leaves the book moves the ones behind it up.
    left = venue.order_count[symbol]
    while left > 0:
        _at_open(venue, symbol, venue.order_count[symbol] - left, candle.open, candle.open_ms)
        left -= 1


@compiled_without_allocation
def walk_candle(venue: Any, symbol: int, candle: Any) -> None:
    """The rest of the candle: both extremes in the worst order, then the close."""
    if venue.positions[symbol]["lots"] == 0 and venue.order_count[symbol] == 0:
        return
    first, second = candle.low, candle.high
    if _up_first(venue, symbol):
        first, second = candle.high, candle.low
    _leg(venue, symbol, candle.open, first, candle.close_ms)
    _leg(venue, symbol, first, second, candle.close_ms)
    _leg(venue, symbol, second, candle.close, candle.close_ms)


@compiled_without_allocation
def _at_open(venue: Any, symbol: int, slot: int, price: float, ts_ms: int) -> bool:
    """Give an order its chance at the open; returns whether it left the book."""
    order = venue.orders[symbol, slot]
    kind = order["order_type"]
    if kind == _MARKET or order["phase"] == PHASE_TRIGGERED:
        return take(venue, symbol, slot, price, ts_ms)
    if kind == _LIMIT:
        return _limit_at_open(venue, symbol, slot, price, ts_ms)
    order["phase"] = PHASE_RESTING
    # A stop waits on the far side of the price, a take-profit on the near side.
    toward = order["side"] if kind == _STOP else -order["side"]
    if toward * (price - order["trigger_price"]) >= 0.0:
        return _trigger(venue, symbol, slot, price, ts_ms)
    return False


@compiled_without_allocation
def _limit_at_open(venue: Any, symbol: int, slot: int, price: float, ts_ms: int) -> bool:
    order = venue.orders[symbol, slot]
    arriving = order["phase"] == PHASE_ARRIVING
    order["phase"] = PHASE_RESTING
    beyond = order["side"] * (order["price"] - price)
    if not arriving:
        through = _ONE_TICK * venue.instruments[symbol]["tick"]
        return make(venue, symbol, slot, ts_ms) if beyond >= through else False
    # It crosses when it reaches the other side of the spread, not merely the middle.
    quote = price * (1.0 + order["side"] * venue.state[0]["half_spread"])
    crosses = order["side"] * (order["price"] - quote) >= 0.0
    if crosses and order["time_in_force"] == _GTX:
        remove_order(venue, symbol, slot, _EXPIRED, ts_ms)
        return True
    if crosses:
        return take(venue, symbol, slot, price, ts_ms)
    if order["time_in_force"] not in (_GTC, _GTX):
        remove_order(venue, symbol, slot, _EXPIRED, ts_ms)
        return True
    return False


@compiled_without_allocation
def _trigger(venue: Any, symbol: int, slot: int, price: float, ts_ms: int) -> bool:
    venue.orders[symbol, slot]["phase"] = PHASE_TRIGGERED
    return take(venue, symbol, slot, price, ts_ms)


@compiled_without_allocation
def _up_first(venue: Any, symbol: int) -> bool:
    """Whether the worse path visits the high before the low."""
    lots = venue.positions[symbol]["lots"]
    if lots != 0:
        return bool(lots < 0)
    # Flat: go first to where the oldest order would be filled, so that the rest of the candle
    # can still turn against it.
    order = venue.orders[symbol, 0]
    return bool((order["side"] > 0) == (order["order_type"] == _STOP))


@compiled_without_allocation
def _leg(venue: Any, symbol: int, start: float, end: float, ts_ms: int) -> None:
    """Walk from start to end, meeting levels in order of distance."""
    while True:
        nearest = _nearest(venue, symbol, start, end)
        distance = _reach(venue, symbol, nearest, start, end) if nearest >= 0 else np.inf
        if venue.positions[symbol]["lots"] != 0:
            level = liquidation_level(venue, symbol, start, end)
            if not math.isnan(level) and abs(level - start) <= distance:
                liquidate(venue, symbol, level, collateral(venue, symbol, WHOLE), ts_ms)
                start = level
                continue
        if nearest < 0:
            return
        held = venue.positions[symbol]["lots"]
        order = venue.orders[symbol, nearest]
        if order["order_type"] == _LIMIT:
            start = order["price"]
            make(venue, symbol, nearest, ts_ms)
        else:
            start = order["trigger_price"]
            _trigger(venue, symbol, nearest, start, ts_ms)
        left = venue.positions[symbol]["lots"]
        if left != 0 and (held == 0 or (left > 0) != (held > 0)):
            venue.state[0]["opened_intrabar"] = 1


@compiled_without_allocation
def _nearest(venue: Any, symbol: int, start: float, end: float) -> int:
    """The order met first on the way from start to end, a stop before others; -1 for none."""
    nearest = -1
    distance = np.inf
    for slot in range(venue.order_count[symbol]):
        reach = _reach(venue, symbol, slot, start, end)
        is_stop = venue.orders[symbol, slot]["order_type"] == _STOP
        if reach < distance or (reach == distance and is_stop and reach < np.inf):
            nearest, distance = slot, reach
    return nearest


@compiled_without_allocation
def _reach(venue: Any, symbol: int, slot: int, start: float, end: float) -> float:
    """How far from start the way to end meets an order; infinite when it does not."""
    order = venue.orders[symbol, slot]
    kind = order["order_type"]
    if kind == _MARKET or order["phase"] == PHASE_TRIGGERED or start == end:
        return np.inf
    going = 1 if end > start else -1
    toward = order["side"] if kind == _STOP else -order["side"]
    if toward != going:
        return np.inf
    if kind == _STOP:
        level, needed = order["trigger_price"], order["trigger_price"]
    else:
        # A profit taken in the very candle that opened the position would be hindsight.
        reduces = order["side"] * venue.positions[symbol]["lots"] < 0
        if reduces and venue.state[0]["opened_intrabar"] != 0 and fillable_lots(venue, symbol, slot) > 0:
            return np.inf
        level, needed = order["trigger_price"], order["trigger_price"]
        if kind == _LIMIT:
            if venue.state[0]["capacity"] == 0 or fillable_lots(venue, symbol, slot) == 0:
                return np.inf
            # The market must trade through a resting order, not merely touch it.
            level = order["price"]
            needed = level + going * _ONE_TICK * venue.instruments[symbol]["tick"]
    if going * (end - needed) < 0.0 or going * (level - start) < 0.0:
        return np.inf
    return float(going * (level - start))
