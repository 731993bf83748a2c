"""Why a position is left before its signal turns, and how its stop follows it."""

import math
from typing import Any

import numpy as np

from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Reason
from alphastrike.domain.records import ACTS_TO_TIGHTEN
from alphastrike.numerics.compiled import compiled_into_caller, compiled_without_allocation, constant
from alphastrike.numerics.grid import ceil_to_grid, floor_to_grid
from alphastrike.risk.kernel_foresight import is_far, liquidation_distance, needed_distance

_STOP = constant(OrderType.STOP_MARKET)
_RETIRED, _FUNDING = constant(Reason.RETIRED), constant(Reason.FUNDING)
_NOTHING, _ACTS_TO_TIGHTEN = constant(0), constant(ACTS_TO_TIGHTEN)


@compiled_without_allocation
def reason_to_leave(desk: Any, symbol: int, close_ms: int) -> int:
    """Reason.RETIRED, Reason.FUNDING or 0: what was behind the entry is gone, or holding costs too much."""
    rules, watch = desk.rules[0], desk.watch[symbol]
    if rules["retired_share"] > 0.0 and watch["retired_share"] >= rules["retired_share"]:
        return _RETIRED
    if rules["funding_exit"] > 0.0 and watch["funding_ms"] >= close_ms:
        pays = watch["funding_rate"] if desk.positions[symbol]["lots"] > 0 else -watch["funding_rate"]
        if pays > rules["funding_exit"] and watch["funding_ms"] - close_ms <= rules["funding_window_ms"]:
            return _FUNDING
    return _NOTHING


@compiled_without_allocation
def is_too_near(desk: Any, symbol: int) -> bool:
    """Whether liquidation has come nearer than a new position would be allowed to have it."""
    quantity = desk.positions[symbol]["quantity"]
    needed = needed_distance(desk, symbol, 0.0)
    if is_far(desk, abs(quantity) * desk.positions[symbol]["mark_price"], needed):
        return False
    return bool(liquidation_distance(desk, symbol, quantity, desk.state[0]["maintenance"]) < needed)


@compiled_into_caller
def follow(desk: Any, symbol: int, atr_fraction: float) -> None:
    """Ask for a tighter stop when the best close since the entry carries it; never for a wider one."""
    watch, position = desk.watch[symbol], desk.positions[symbol]
    mark, best = position["mark_price"], watch["extreme"]
    if best == 0.0 or (mark > best if position["lots"] > 0 else mark < best):
        watch["extreme"] = mark
    if desk.rules[0]["trailing_atr"] > 0.0:
        _trail(desk, symbol, atr_fraction)


@compiled_without_allocation
def _trail(desk: Any, symbol: int, atr_fraction: float) -> None:
    rules, watch, position = desk.rules[0], desk.watch[symbol], desk.positions[symbol]
    mark, tick = position["mark_price"], desk.instruments[symbol]["tick"]
    stop = working_stop(desk, symbol)
    trail = rules["trailing_atr"] * atr_fraction
    if math.isnan(stop) or not 0.0 < trail < 1.0:
        return
    intent = desk.intents[symbol]
    if position["lots"] > 0:
        wanted = floor_to_grid(watch["extreme"] - trail * mark, tick)
        tightens = wanted >= stop + 0.5 * tick and wanted < mark
    else:
        wanted = ceil_to_grid(watch["extreme"] + trail * mark, tick)
        tightens = wanted <= stop - 0.5 * tick and wanted > mark
    if tightens:
        intent["acts"] = _ACTS_TO_TIGHTEN
        intent["stop_price"] = wanted


@compiled_without_allocation
def working_stop(desk: Any, symbol: int) -> float:
    """The trigger of the tightest stop working against the position; NaN for none."""
    lots = desk.positions[symbol]["lots"]
    found = np.nan
    for slot in range(desk.order_count[symbol]):
        order = desk.orders[symbol, slot]
        if order["order_type"] == _STOP and order["side"] * lots < 0:
            trigger = order["trigger_price"]
            if math.isnan(found) or (trigger > found if lots > 0 else trigger < found):
                found = trigger
    return float(found)


@compiled_without_allocation
def remember_backing(desk: Any, symbol: int, votes: Any, weights: Any, bar: int) -> None:
    """Keep whose weight stands behind the position this close asks for, if it asks for a new one."""
    intent = desk.intents[symbol]
    if intent["approved_lots"] == 0:
        return
    desk.watch[symbol]["extreme"] = 0.0
    desk.watch[symbol]["retired_share"] = 0.0
    for signal in range(desk.backing.shape[1]):
        desk.backing[symbol, signal] = 0.0
    for signal in range(min(votes.shape[0], desk.backing.shape[1])):
        if votes[signal, symbol, bar] * intent["approved_lots"] > 0.0 and weights[signal, bar] > 0.0:
            desk.backing[symbol, signal] = weights[signal, bar]


@compiled_without_allocation
def watch_backing(desk: Any, symbol: int, retired: Any, bar: int) -> None:
    """See which share of the weight behind a position has been retired since."""
    if desk.positions[symbol]["lots"] == 0:
        return
    total, gone = 0.0, 0.0
    for signal in range(min(retired.shape[0], desk.backing.shape[1])):
        total += desk.backing[symbol, signal]
        if retired[signal, bar] != 0:
            gone += desk.backing[symbol, signal]
    desk.watch[symbol]["retired_share"] = gone / total if total > 0.0 else 0.0
