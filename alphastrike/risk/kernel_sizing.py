"""How large a new position may be: by the risk to its stop, then under every limit.

Limits are judged as if all working orders of the other symbols had filled the worse way.
"""

import math
from typing import Any

import numpy as np

from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code
from alphastrike.domain.risk_states import RiskState
from alphastrike.numerics.compiled import compiled_without_allocation, constant
from alphastrike.numerics.grid import ceil_to_grid, floor_to_grid, on_grid, whole_steps
from alphastrike.risk.kernel_breakers import is_open, size_in_state
from alphastrike.risk.kernel_foresight import foresee, foresee_others
from alphastrike.risk.kernel_pretrade import refused_by
from alphastrike.risk.kernel_restraints import is_restrained, size_share

_MARKET = constant(OrderType.MARKET)

_ORDERED = constant(Code.ORDERED)
_REDUCE_ONLY, _MAX_POSITIONS = constant(Code.REDUCE_ONLY), constant(Code.MAX_POSITIONS)
_SYMBOL, _GROSS = constant(Code.SYMBOL_EXPOSURE), constant(Code.GROSS_EXPOSURE)
_NET, _MARGIN = constant(Code.NET_EXPOSURE), constant(Code.INITIAL_MARGIN)
_MIN_NOTIONAL, _NO_STOP = constant(Code.MIN_NOTIONAL), constant(Code.NO_STOP_DISTANCE)
_NO_EQUITY, _PENDING = constant(Code.NO_EQUITY), constant(Code.ORDER_PENDING)
_CLUSTER, _HALVINGS = constant(Code.CLUSTER_EXPOSURE), 7
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
    intent = desk.intents[symbol]
    _set_exits(desk, intent, wanted, mark, distance, tick)
    lots = on_target(desk, symbol, _size(desk, symbol, wanted, distance))
    if lots == 0:
        intent["stop_price"] = np.nan
        intent["take_profit_price"] = np.nan
        return
    intent["acts"] = 1
    intent["reason"] = reason
    intent["target_lots"] = wanted * lots
    intent["approved_lots"] = wanted * lots
    if not np.isnan(intent["take_profit_price"]):
        intent["take_profit_lots"] = math.floor(lots * rules["take_profit_share"])
    desk.sent_ms[desk.state[0]["orders_sent"] % desk.sent_ms.shape[0]] = decision["ts_ms"]
    desk.state[0]["orders_sent"] += 1
    decision["code"] = _ORDERED


@compiled_without_allocation
def _set_exits(desk: Any, intent: Any, wanted: int, mark: float, distance: float, tick: float) -> None:
    """Stop and take-profit of a new position, rounded toward the price.

    So the stop is never farther than the size was computed for.
    """
    rules = desk.rules[0]
    if rules["has_stop"] != 0:
        if wanted > 0:
            intent["stop_price"] = ceil_to_grid(mark * (1.0 - distance), tick)
        else:
            intent["stop_price"] = floor_to_grid(mark * (1.0 + distance), tick)
    if rules["take_profit_stops"] > 0.0:
        gain = rules["take_profit_stops"] * distance
        if wanted > 0:
            intent["take_profit_price"] = floor_to_grid(mark * (1.0 + gain), tick)
        elif gain < 1.0:
            intent["take_profit_price"] = ceil_to_grid(mark * (1.0 - gain), tick)


@compiled_without_allocation
def _refuse(decision: Any, code: int, observed: float, limit: float) -> None:
    decision["code"] = code
    decision["observed"] = observed
    decision["limit"] = limit


@compiled_without_allocation
def _size(desk: Any, symbol: int, wanted: int, distance: float) -> int:
    """Lots of a new position that every rule approves; 0 with the refusal in the decision."""
    decision, rules, intent = desk.decisions[symbol], desk.rules[0], desk.intents[symbol]
    others = foresee_others(desk, symbol, wanted)
    if others["count"] + 1 > rules["max_positions"]:
        _refuse(decision, _MAX_POSITIONS, others["count"] + 1, rules["max_positions"])
        return 0
    notional = rules["fixed_notional"]
    if notional == 0.0:
        threshold = rules["conviction_threshold"]
        scale = (decision["conviction"] - threshold) / (100.0 - threshold)
        notional = others["equity"] * rules["risk_per_trade"] * min(1.0, max(0.25, scale)) / distance
    notional *= _share(desk, symbol)
    code, room, limit = _room(desk, symbol, others)
    instrument, mark = desk.instruments[symbol], desk.positions[symbol]["mark_price"]
    lots = whole_steps(max(0.0, min(notional, room)) / mark, instrument["step"])
    value = on_grid(lots, instrument["step"]) * mark
    if lots < instrument["min_lots"] or value < instrument["min_notional"]:
        if room < notional and room < instrument["min_notional"]:
            _refuse(decision, code, limit - room + notional, limit)
        else:
            _refuse(decision, _MIN_NOTIONAL, value, instrument["min_notional"])
        return 0
    refusal, observed, limit, less_would_do = 0, 0.0, 0.0, True
    for _ in range(_HALVINGS):
        after = foresee(desk, symbol, wanted * lots, intent, distance, decision["ts_ms"])
        refusal, observed, limit, less_would_do = refused_by(desk, after)
        if refusal == 0:
            return lots
        lots //= 2
        value = on_grid(lots, instrument["step"]) * mark
        if not less_would_do or lots < instrument["min_lots"] or value < instrument["min_notional"]:
            break
    _refuse(decision, refusal, observed, limit)
    return 0


@compiled_without_allocation
def _share(desk: Any, symbol: int) -> float:
    """The share of a new position's size that an intervention, the breaker and the validator leave."""
    kept = 1.0 - desk.watch[symbol]["size_cut"]
    trusted = kept if 0.0 <= kept <= 1.0 else 0.0
    return float(size_share(desk.restraints[symbol]) * size_in_state(desk) * trusted)


@compiled_without_allocation
def on_target(desk: Any, symbol: int, lots: int) -> int:
    """The approved lots, cut to the volatility target; 0 with the refusal in the decision.

    A position adds at most its own volatility to the portfolio's, whatever moves with what. It is cut
    last: every rule that lets more through lets less through, and a cut before could end up larger.
    """
    decision, rules, instrument = desk.decisions[symbol], desk.rules[0], desk.instruments[symbol]
    if lots == 0 or rules["volatility_target"] == 0.0:
        return lots
    volatility, mark = desk.watch[symbol]["volatility"], desk.positions[symbol]["mark_price"]
    moves = desk.account[0]["equity"] * rules["volatility_target"] * _share(desk, symbol)
    most = moves / volatility if volatility > 0.0 else 0.0  # what is not known moves by any amount
    lots = min(lots, whole_steps(most / mark, instrument["step"]))
    value = on_grid(lots, instrument["step"]) * mark
    if lots < instrument["min_lots"] or value < instrument["min_notional"]:
        _refuse(decision, _MIN_NOTIONAL, value, instrument["min_notional"])
        return 0
    return lots


@compiled_without_allocation
def _room(desk: Any, symbol: int, others: Any) -> tuple[int, float, float]:
    """Notional the tightest exposure limit leaves: (its code, room, limit)."""
    rules, budget = desk.rules[0], others["budget"]
    code, limit = _SYMBOL, rules["symbol_exposure"] * budget
    room = limit
    if budget - others["gross"] < room:
        code, limit = _GROSS, budget
        room = limit - others["gross"]
    if rules["net_exposure"] * budget - others["net"] < room:
        code, limit = _NET, rules["net_exposure"] * budget
        room = limit - others["net"]
    if rules["cluster_exposure"] * budget - others["cluster"] < room:
        code, limit = _CLUSTER, rules["cluster_exposure"] * budget
        room = limit - others["cluster"]
    leverage = min(rules["venue_leverage"], desk.instruments[symbol]["max_leverage"])
    most = rules["initial_margin"] * others["equity"] * leverage
    if most - others["margin"] * leverage < room:
        code, limit = _MARGIN, most
        room = most - others["margin"] * leverage
    return code, room, limit
