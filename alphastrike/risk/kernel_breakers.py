"""The breaker: how bad things are, and which state that means. Up at once, down by rule or operator."""

from typing import Any

from alphastrike.domain.outcomes import Code, Stage
from alphastrike.domain.risk_states import RiskState, Trigger
from alphastrike.numerics.compiled import compiled, compiled_without_allocation, constant
from alphastrike.risk.kernel_foresight import is_far, liquidation_distance

REDUCE_ONLY_BELOW = 0.5  # raw leverage: under it the floor of the clamp would raise risk

_NORMAL, _CAUTION = constant(RiskState.NORMAL), constant(RiskState.CAUTION)
_REDUCE_ONLY, _HALTED = constant(RiskState.REDUCE_ONLY), constant(RiskState.HALTED)
_COOLDOWN = constant(RiskState.COOLDOWN)
_NONE, _DRAWDOWN, _DAY_LOSS = constant(Trigger.NONE), constant(Trigger.DRAWDOWN), constant(Trigger.DAY_LOSS)
_STREAK, _VALIDATION = constant(Trigger.LOSS_STREAK), constant(Trigger.VALIDATION)
_STALE, _API, _RAW = (
    constant(Trigger.STALE_DATA),
    constant(Trigger.API_ERRORS),
    constant(Trigger.RAW_LEVERAGE),
)
_MISMATCH, _LIQUIDATION = constant(Trigger.RECONCILIATION), constant(Trigger.LIQUIDATION)
_NEAR = constant(Trigger.LIQUIDATION_DISTANCE)
_EQUITY, _CALM, _WAITED = constant(Trigger.EQUITY), constant(Trigger.CALM), constant(Trigger.WAITED)
_DRIFT, _NO_REFERENCE = constant(Code.DRIFT), constant(Code.NO_REFERENCE)
_STAGE_4 = constant(Stage.VALIDATION * 100)
_STAGE_5 = constant(Stage.ML * 100)


@compiled
def is_open(state: int) -> bool:
    """Whether new positions may be opened in this state; an unknown state is as bad as the worst."""
    return state == _NORMAL or state == _CAUTION or state == _COOLDOWN  # noqa: PLR1714 - compiled code


@compiled_without_allocation
def size_in_state(desk: Any) -> float:
    """The share of a new position's size the breaker leaves."""
    return 1.0 if desk.breaker[0]["state"] == _NORMAL else float(desk.rules[0]["caution_size"])


@compiled_without_allocation
def watch_validation(desk: Any, codes: Any, bar: int) -> None:
    """Count the symbols the validator has lost among those that reached it, at column `bar` of `codes`.

    Learning what is normal counts only once something had been valid: a first warm-up is no alarm.
    """
    breaker = desk.breaker[0]
    reached, lost = 0, 0
    for symbol in range(codes.shape[0]):
        code = codes[symbol, bar]
        if code == 0 or code >= _STAGE_5:
            reached += 1
            breaker["validated"] = 1
        elif code >= _STAGE_4:
            reached += 1
            if code == _DRIFT or (code == _NO_REFERENCE and breaker["validated"] != 0):
                lost += 1
    breaker["drifted"] = lost / reached if reached > 0 else 0.0


@compiled_without_allocation
def update_breaker(desk: Any, close_ms: int, drawdown: float) -> None:
    """Answer to the account at a close: trip at once, step down only as the rules allow."""
    breaker, rules = desk.breaker[0], desk.rules[0]
    asked, trigger, observed, limit = _worst(desk, close_ms, drawdown)
    state = breaker["state"]
    held = _rank(state)
    if asked > held:
        change_state(desk, close_ms, asked, trigger, observed, limit)
        if asked == _HALTED and trigger != _MISMATCH:
            breaker["closes"] = rules["closes_on_halt"]
        return
    if asked == held:
        breaker["asked_ms"] = close_ms
    waited = close_ms - breaker["since_ms"]
    calm = close_ms - breaker["asked_ms"]
    if state == _CAUTION and calm >= rules["calm_ms"]:
        change_state(desk, close_ms, _NORMAL, _CALM, calm, rules["calm_ms"])
    elif state == _REDUCE_ONLY and calm >= rules["calm_ms"]:
        change_state(desk, close_ms, _COOLDOWN, _CALM, calm, rules["calm_ms"])
    elif state == _REDUCE_ONLY and trigger == _RAW and waited >= rules["reduce_only_ms"]:
        # Flat and with no trades to learn from, raw leverage alone might never rise again.
        change_state(desk, close_ms, _COOLDOWN, _WAITED, waited, rules["reduce_only_ms"])
    elif state == _COOLDOWN and waited >= rules["cooldown_ms"]:
        if asked == _CAUTION:
            change_state(desk, close_ms, _CAUTION, trigger, observed, limit)
        else:
            change_state(desk, close_ms, _NORMAL, _WAITED, waited, rules["cooldown_ms"])


@compiled_without_allocation
def change_state(desk: Any, now_ms: int, state: int, trigger: int, observed: float, limit: float) -> None:
    """Enter a state and journal it."""
    breaker = desk.breaker[0]
    row = desk.change_count[0]
    if row < desk.changes.shape[0]:
        change = desk.changes[row]
        change["ts_ms"] = now_ms
        change["before"] = breaker["state"]
        change["after"] = state
        change["trigger"] = trigger
        change["observed"] = observed
        change["limit"] = limit
        desk.change_count[0] = row + 1
    breaker["state"] = state
    breaker["trigger"] = trigger
    breaker["observed"] = observed
    breaker["limit"] = limit
    breaker["since_ms"] = now_ms
    breaker["asked_ms"] = now_ms
    if state != _HALTED:
        breaker["closes"] = 0


@compiled
def _rank(state: int) -> int:
    """How much a state forbids, on the scale NORMAL, CAUTION, REDUCE_ONLY, HALTED."""
    if state == _COOLDOWN:
        return _CAUTION
    return state if _NORMAL <= state <= _HALTED else _HALTED


@compiled_without_allocation
def _worst(desk: Any, close_ms: int, drawdown: float) -> tuple[int, int, float, float]:
    """The strictest state anything asks for, and what asks: (state, trigger, observed, limit)."""
    breaker, rules, account = desk.breaker[0], desk.rules[0], desk.account[0]
    equity, start = account["equity"], account["day_start_equity"]
    day_loss = 1.0 - equity / start if start > 0.0 else 1.0
    if drawdown < 0.5 * rules["halt_drawdown"]:
        breaker["accepted_drawdown"] = 0.0
    worst_fall = _limit(rules["halt_drawdown"], breaker["accepted_drawdown"], rules["rehalt_step"])
    worst_day = _limit(rules["halt_day_loss"], breaker["accepted_day_loss"], rules["rehalt_step"])
    if account["liquidations"] > breaker["liquidations"]:
        seen, known = account["liquidations"], breaker["liquidations"]
        breaker["liquidations"] = seen
        return _HALTED, _LIQUIDATION, float(seen), float(known)
    if not equity > 0.0:
        return _HALTED, _EQUITY, equity, 0.0
    if breaker["mismatches"] != 0:
        return _HALTED, _MISMATCH, float(breaker["mismatches"]), 0.0
    distance = _nearest_liquidation(desk)
    if distance < rules["liquidation_floor"]:
        return _HALTED, _NEAR, distance, rules["liquidation_floor"]
    if not drawdown < worst_fall:
        return _HALTED, _DRAWDOWN, drawdown, worst_fall
    if not day_loss < worst_day:
        return _HALTED, _DAY_LOSS, day_loss, worst_day
    if not day_loss < rules["reduce_day_loss"]:
        return _REDUCE_ONLY, _DAY_LOSS, day_loss, rules["reduce_day_loss"]
    age = _oldest_mark(desk, close_ms)
    if age > rules["stale_ms"]:
        return _REDUCE_ONLY, _STALE, float(age), float(rules["stale_ms"])
    if not breaker["api_error_rate"] <= rules["api_errors"]:
        return _REDUCE_ONLY, _API, breaker["api_error_rate"], rules["api_errors"]
    if not breaker["drifted"] < 1.0:
        return _REDUCE_ONLY, _VALIDATION, breaker["drifted"], 1.0
    if not desk.state[0]["raw"] >= REDUCE_ONLY_BELOW and breaker["state"] != _COOLDOWN:
        return _REDUCE_ONLY, _RAW, desk.state[0]["raw"], REDUCE_ONLY_BELOW
    if not drawdown < rules["caution_drawdown"]:
        return _CAUTION, _DRAWDOWN, drawdown, rules["caution_drawdown"]
    if breaker["loss_streak"] >= rules["caution_losses"]:
        return _CAUTION, _STREAK, float(breaker["loss_streak"]), float(rules["caution_losses"])
    if breaker["drifted"] > rules["caution_drift"]:
        return _CAUTION, _VALIDATION, breaker["drifted"], rules["caution_drift"]
    return _NORMAL, _NONE, 0.0, 0.0


@compiled
def _limit(configured: float, accepted: float, step: float) -> float:
    """A halt's limit, moved past what an operator has accepted."""
    return max(configured, accepted + step) if accepted > 0.0 else configured


@compiled_without_allocation
def _nearest_liquidation(desk: Any) -> float:
    """How far the nearest liquidation of a held position is, fraction of its mark; 1 when none is near."""
    nearest, floor = 1.0, desk.rules[0]["liquidation_floor"]
    for symbol in range(desk.positions.shape[0]):
        quantity = desk.positions[symbol]["quantity"]
        if quantity != 0.0 and not is_far(desk, abs(quantity) * desk.positions[symbol]["mark_price"], floor):
            nearest = min(nearest, liquidation_distance(desk, symbol, quantity, desk.state[0]["maintenance"]))
    return nearest


@compiled_without_allocation
def _oldest_mark(desk: Any, close_ms: int) -> int:
    """How old the oldest mark of a held symbol is, ms."""
    oldest = close_ms
    for symbol in range(desk.positions.shape[0]):
        if desk.positions[symbol]["lots"] != 0 and desk.watch[symbol]["marked_ms"] < oldest:
            oldest = desk.watch[symbol]["marked_ms"]
    return close_ms - oldest
