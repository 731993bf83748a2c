"""The account as it would be at worst: every order on its way filled the worse way, the new one too.

`desk.foreseen` has two rows: the others without the symbol in question, and the account after it.
"""

from typing import Any

import numpy as np

from alphastrike.domain.kernel_margin import liquidation_price, maintenance_margin
from alphastrike.numerics.compiled import compiled, compiled_without_allocation
from alphastrike.numerics.grid import on_grid
from alphastrike.risk.kernel_carry import expected_carry
from alphastrike.risk.kernel_correlation import stressed

OTHERS, AFTER = 0, 1
_MINUTE_MS = 60_000
_ONE_IN_A_HUNDRED, _FAT_TAIL = 2.33, 1.5
_FAR_MS = 2**62


@compiled_without_allocation
def foresee_others(desk: Any, symbol: int, wanted: int) -> Any:
    """Fill the first row: every symbol but this one; a `symbol` of -1 leaves none out."""
    others = desk.foreseen[OTHERS]
    gross, net, margin, count, cluster, variance, maintenance = 0.0, 0.0, 0.0, 0, 0.0, 0.0, 0.0
    for other in range(desk.positions.shape[0]):
        watch = desk.watch[other]
        watch["worst_quantity"] = 0.0
        watch["worst_move"] = 0.0
        if other == symbol or (desk.positions[other]["lots"] == 0 and desk.order_count[other] == 0):
            continue
        worst = worst_quantity(desk, other, 0)
        if worst == 0.0:
            continue
        mark = desk.positions[other]["mark_price"]
        watch["worst_quantity"] = worst
        watch["worst_move"] = worst * mark * _volatility(desk, other)
        notional = abs(worst) * mark
        gross += notional
        net += worst_quantity(desk, other, wanted) * mark
        margin += notional / _leverage(desk, other)
        maintenance += maintenance_margin(notional, desk.tiers[other])
        count += 1
        if symbol < 0 or desk.watch[other]["cluster"] == desk.watch[symbol]["cluster"]:
            cluster += notional
        variance += _variance_with(desk, other, watch["worst_move"], other)
    others["equity"] = desk.account[0]["equity"]
    others["budget"] = desk.state[0]["leverage"] * desk.account[0]["equity"]
    others["gross"] = gross
    others["net"] = wanted * net
    others["margin"] = margin
    others["count"] = count
    others["cluster"] = cluster
    others["variance"] = variance
    others["maintenance"] = maintenance
    others["loss"] = _loss(variance)
    return others


@compiled_without_allocation
def foresee(desk: Any, symbol: int, target_lots: int, intent: Any, distance: float, now_ms: int) -> Any:
    """Fill and return the second row: the account with the symbol at `target_lots`."""
    others, after = desk.foreseen[OTHERS], desk.foreseen[AFTER]
    mark = desk.positions[symbol]["mark_price"]
    quantity = on_grid(target_lots, desk.instruments[symbol]["step"])
    notional = abs(quantity) * mark
    after["equity"] = others["equity"]
    after["budget"] = others["budget"]
    after["own"] = notional
    after["gross"] = others["gross"] + notional
    after["net"] = others["net"] + notional
    after["margin"] = others["margin"] + notional / _leverage(desk, symbol)
    after["count"] = others["count"] + 1
    after["cluster"] = others["cluster"] + notional
    after["maintenance"] = others["maintenance"] + maintenance_margin(notional, desk.tiers[symbol])
    move = quantity * mark * _volatility(desk, symbol)
    after["variance"] = others["variance"] + _variance_with(desk, symbol, move, desk.positions.shape[0])
    after["loss"] = _loss(after["variance"])
    after["orders"] = 1 + orders_within_a_minute(desk, now_ms)
    after["band"] = _band(intent, mark)
    after["age_ms"] = now_ms - desk.watch[symbol]["marked_ms"]
    due_ms = desk.watch[symbol]["funding_ms"]
    after["funding_in_ms"] = due_ms - now_ms if due_ms >= now_ms else _FAR_MS
    after["carry"] = (
        desk.watch[symbol]["funding_rate"] if target_lots > 0 else -desk.watch[symbol]["funding_rate"]
    )
    after["expected_carry"] = expected_carry(desk.watch[symbol], now_ms, 1 if target_lots > 0 else -1)
    after["surplus"] = desk.watch[symbol]["surplus"]
    _nearest_liquidation(desk, symbol, quantity, distance, after)
    return after


@compiled_without_allocation
def worst_quantity(desk: Any, symbol: int, toward: int) -> float:
    """Signed base units once orders filled the worse way: toward a side, or by size when `toward` is 0."""
    low = desk.positions[symbol]["lots"]
    high = low
    for slot in range(desk.order_count[symbol]):
        order = desk.orders[symbol, slot]
        if order["reduce_only"] == 0:
            left = order["lots"] - order["filled_lots"]
            if order["side"] > 0:
                high += left
            else:
                low -= left
    worst = high if toward > 0 else low
    if toward == 0:
        worst = high if abs(high) >= abs(low) else low
    return float(on_grid(worst, desk.instruments[symbol]["step"]))


@compiled_without_allocation
def liquidation_distance(desk: Any, symbol: int, quantity: float, maintenance: float) -> float:
    """How far, as a fraction of it, the mark is from liquidating a position of `quantity`; 1 when it cannot.

    `maintenance` is that of the whole account, this position's included. Below zero it is due already.
    """
    mark, tiers = desk.positions[symbol]["mark_price"], desk.tiers[symbol]
    notional = abs(quantity) * mark
    if desk.rules[0]["is_isolated"] != 0:
        position = desk.positions[symbol]
        backing = notional / _leverage(desk, symbol)
        if position["lots"] != 0 and position["quantity"] == quantity:
            entry = position["entry_price"]
            backing = abs(quantity) * entry / _leverage(desk, symbol) + quantity * (mark - entry)
    else:
        backing = desk.account[0]["equity"] - maintenance + maintenance_margin(notional, tiers)
    price = liquidation_price(quantity, mark, backing, tiers)
    if quantity > 0.0:
        return 1.0 if np.isnan(price) else float((mark - price) / mark)
    return -1.0 if np.isnan(price) else float((price - mark) / mark)


@compiled_without_allocation
def is_far(desk: Any, notional: float, distance: float) -> bool:
    """Whether liquidation surely lies beyond `distance`; false says only that it must be computed.

    In cross mode a move of d costs n * d of equity, and a short's maintenance rises by less than that
    again; the hundredth on top is far more than rounding. It spares nearly every close the search
    through the tiers.
    """
    free = desk.account[0]["equity"] - desk.state[0]["maintenance"]
    return bool(desk.rules[0]["is_isolated"] == 0 and free > notional * (2.0 * distance + 0.01))


@compiled_without_allocation
def needed_distance(desk: Any, symbol: int, stop_distance: float) -> float:
    """How far a liquidation must stay: so many daily deviations, stop distances, and at least a floor.

    NaN, which no distance satisfies, when the symbol's volatility is unknown.
    """
    rules = desk.rules[0]
    volatility = desk.watch[symbol]["volatility"]
    if rules["liquidation_sigmas"] > 0.0 and not volatility > 0.0:
        return np.nan
    needed = max(rules["liquidation_sigmas"] * volatility, rules["liquidation_stops"] * stop_distance)
    return float(min(1.0, max(needed, rules["liquidation_floor"])))


@compiled_without_allocation
def orders_within_a_minute(desk: Any, now_ms: int) -> int:
    """Opening orders sent in the minute before now."""
    size = desk.sent_ms.shape[0]
    count = 0
    for row in range(min(desk.state[0]["orders_sent"], size)):
        if desk.sent_ms[row] > now_ms - _MINUTE_MS:
            count += 1
    return count


@compiled_without_allocation
def _nearest_liquidation(desk: Any, symbol: int, quantity: float, distance: float, after: Any) -> None:
    """Of all positions after the order, the one that comes closest to the distance it needs."""
    maintenance = after["maintenance"]
    after["distance"] = liquidation_distance(desk, symbol, quantity, maintenance)
    after["needed_distance"] = needed_distance(desk, symbol, distance)
    for other in range(desk.positions.shape[0]):
        worst = desk.watch[other]["worst_quantity"]
        if worst != 0.0:
            far = liquidation_distance(desk, other, worst, maintenance)
            needed = needed_distance(desk, other, 0.0)
            if not far - needed >= after["distance"] - after["needed_distance"]:
                after["distance"] = far
                after["needed_distance"] = needed


@compiled_without_allocation
def _variance_with(desk: Any, symbol: int, own: float, before: int) -> float:
    """What a daily move adds to one day's variance, squared quote, beside the symbols before `before`."""
    total = own * own
    for other in range(before):
        theirs = desk.watch[other]["worst_move"]
        if theirs != 0.0:
            correlation = stressed(desk.correlations[symbol, other], own * theirs > 0.0)
            total += 2.0 * own * theirs * correlation
    return float(total)


@compiled
def _loss(variance: float) -> float:
    """The one-day loss of one day in a hundred; NaN when a volatility is unknown."""
    if np.isnan(variance):
        return np.nan
    return float(np.sqrt(max(variance, 0.0)) * _ONE_IN_A_HUNDRED * _FAT_TAIL)


@compiled_without_allocation
def _volatility(desk: Any, symbol: int) -> float:
    volatility = desk.watch[symbol]["volatility"]
    return float(volatility) if volatility > 0.0 else np.nan


@compiled_without_allocation
def _leverage(desk: Any, symbol: int) -> float:
    return float(min(desk.rules[0]["venue_leverage"], desk.instruments[symbol]["max_leverage"]))


@compiled_without_allocation
def _band(intent: Any, mark: float) -> float:
    """How far the order's own prices lie from the mark; 0 when it names none."""
    band = 0.0
    if not np.isnan(intent["stop_price"]):
        band = abs(intent["stop_price"] / mark - 1.0)
    if not np.isnan(intent["take_profit_price"]):
        band = max(band, abs(intent["take_profit_price"] / mark - 1.0))
    return float(band)
