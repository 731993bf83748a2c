"""How large a new position may be: by the risk to its stop, then under every limit.

Limits are judged as if all working orders of the other symbols had filled the worse way.
"""

from typing import Any

from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code
from alphastrike.domain.risk_states import RiskState
from alphastrike.numerics.compiled import compiled_without_allocation, constant
from alphastrike.numerics.grid import ceil_to_grid, floor_to_grid, on_grid, whole_steps
from alphastrike.risk.kernel_breakers import is_open, size_in_state
from alphastrike.risk.kernel_restraints import is_restrained, size_share

_MARKET = constant(OrderType.MARKET)

_ORDERED = constant(Code.ORDERED)
_REDUCE_ONLY, _MAX_POSITIONS = constant(Code.REDUCE_ONLY), constant(Code.MAX_POSITIONS)
_SYMBOL, _GROSS = constant(Code.SYMBOL_EXPOSURE), constant(Code.GROSS_EXPOSURE)
_NET, _MARGIN = constant(Code.NET_EXPOSURE), constant(Code.INITIAL_MARGIN)
_MIN_NOTIONAL, _NO_STOP = constant(Code.MIN_NOTIONAL), constant(Code.NO_STOP_DISTANCE)
_NO_EQUITY, _PENDING = constant(Code.NO_EQUITY), constant(Code.ORDER_PENDING)
_NO_CANDLE, _HALTED = constant(Code.NO_CANDLE), constant(Code.RISK_HALTED)
_REDUCES = constant(RiskState.REDUCE_ONLY)


@compiled_without_allocation
def has_pending(desk: Any, symbol: int, only_reducing: bool) -> bool:
    """Whether a market order of the symbol is still on its way; optionally only one that reduces."""
    for slot in range(desk.order_count[symbol]):
        order = desk.orders[symbol, slot]
        if order["order_type"] == _MARKET and (order["reduce_only"] != 0 or not only_reducing):
            return True
    return False


@compiled_without_allocation
def enter(desk: Any, symbol: int, wanted: int, atr_fraction: float, reason: int) -> None:
    """Size a new position in direction `wanted`, or leave the refusal in the decision."""
    decision, rules = desk.decisions[symbol], desk.rules[0]
    if has_pending(desk, symbol, False):
        decision["code"] = _PENDING
        return
    equity = desk.account[0]["equity"]
    if not equity > 0.0:
        _refuse(decision, _NO_EQUITY, equity, 0.0)
        return
    breaker = desk.breaker[0]
    if not is_open(breaker["state"]):
        code = _REDUCE_ONLY if breaker["state"] == _REDUCES else _HALTED
        _refuse(decision, code, breaker["observed"], breaker["limit"])
        return
    if is_restrained(desk, symbol, wanted):
        return
    mark, tick = desk.positions[symbol]["mark_price"], desk.instruments[symbol]["tick"]
    if not mark > 0.0:
        _refuse(decision, _NO_CANDLE, mark, 0.0)
        return
    # NaN goes through this max, and then fails the test below.
    distance = max(rules["stop_atr"] * atr_fraction, rules["stop_floor"])
    needs_stop = rules["has_stop"] != 0 or rules["fixed_notional"] == 0.0
    if needs_stop and not (distance * mark >= tick and distance < 1.0):
        _refuse(decision, _NO_STOP, distance, 1.0 if distance >= 1.0 else tick / mark)
        return
    lots = _size(desk, symbol, wanted, equity, distance)
    if lots == 0:
        return
    intent = desk.intents[symbol]
    intent["acts"] = 1
    intent["reason"] = reason
    intent["target_lots"] = wanted * lots
    if rules["has_stop"] != 0:
        # Rounded toward the price: the stop is never farther than the size was computed for.
        if wanted > 0:
            intent["stop_price"] = ceil_to_grid(mark * (1.0 - distance), tick)
        else:
            intent["stop_price"] = floor_to_grid(mark * (1.0 + distance), tick)
    decision["code"] = _ORDERED


@compiled_without_allocation
def _refuse(decision: Any, code: int, observed: float, limit: float) -> None:
    decision["code"] = code
    decision["observed"] = observed
    decision["limit"] = limit


@compiled_without_allocation
def _size(desk: Any, symbol: int, wanted: int, equity: float, distance: float) -> int:
    """Lots of a new position within every limit; 0 with the refusal in the decision."""
    decision, rules = desk.decisions[symbol], desk.rules[0]
    gross, net, margin, count = _exposure_of_others(desk, symbol, wanted)
    if count + 1 > rules["max_positions"]:
        _refuse(decision, _MAX_POSITIONS, count + 1, rules["max_positions"])
        return 0
    notional = rules["fixed_notional"]
    if notional == 0.0:
        threshold = rules["conviction_threshold"]
        scale = (decision["conviction"] - threshold) / (100.0 - threshold)
        notional = equity * rules["risk_per_trade"] * min(1.0, max(0.25, scale)) / distance
    notional *= size_share(desk.restraints[symbol]) * size_in_state(desk)
    budget = desk.state[0]["leverage"] * equity
    code, room, limit, used = (
        _SYMBOL,
        rules["symbol_exposure"] * budget,
        rules["symbol_exposure"] * budget,
        0.0,
    )
    if budget - gross < room:
        code, room, limit, used = _GROSS, budget - gross, budget, gross
    if rules["net_exposure"] * budget - wanted * net < room:
        limit = rules["net_exposure"] * budget
        code, room, used = _NET, limit - wanted * net, wanted * net
    instrument = desk.instruments[symbol]
    leverage = min(rules["venue_leverage"], instrument["max_leverage"])
    most = rules["initial_margin"] * equity * leverage
    if most - margin * leverage < room:
        code, room, limit, used = _MARGIN, most - margin * leverage, most, margin * leverage
    mark = desk.positions[symbol]["mark_price"]
    lots = whole_steps(max(0.0, min(notional, room)) / mark, instrument["step"])
    value = on_grid(lots, instrument["step"]) * mark
    if lots >= instrument["min_lots"] and value >= instrument["min_notional"]:
        return lots
    if room < notional and room < instrument["min_notional"]:
        _refuse(decision, code, used + notional, limit)
    else:
        _refuse(decision, _MIN_NOTIONAL, value, instrument["min_notional"])
    return 0


@compiled_without_allocation
def _exposure_of_others(desk: Any, symbol: int, wanted: int) -> tuple[float, float, float, int]:
    """Gross and net notional, initial margin and number of the other symbols' positions.

    Working entries are filled or not, whichever is worse: by size for gross and margin, toward
    the side `wanted` for net.
    """
    gross, net, margin, count = 0.0, 0.0, 0.0, 0
    for other in range(desk.positions.shape[0]):
        if other == symbol:
            continue
        position = desk.positions[other]
        low = position["lots"]
        high = position["lots"]
        for slot in range(desk.order_count[other]):
            order = desk.orders[other, slot]
            if order["reduce_only"] == 0:
                left = order["lots"] - order["filled_lots"]
                if order["side"] > 0:
                    high += left
                else:
                    low -= left
        worst = max(abs(high), abs(low))
        if worst != 0:
            instrument = desk.instruments[other]
            one = position["mark_price"]
            notional = on_grid(worst, instrument["step"]) * one
            gross += notional
            margin += notional / min(desk.rules[0]["venue_leverage"], instrument["max_leverage"])
            net += on_grid(high if wanted > 0 else low, instrument["step"]) * one
            count += 1
    return gross, net, margin, count
