"""What stage 7 hears beside candles: an operator, deposits, the venue's health, reconciliation."""

from typing import Any

from alphastrike.domain.risk_states import OperatorAction, RiskState, Trigger
from alphastrike.numerics.compiled import compiled, compiled_without_allocation, constant
from alphastrike.risk.kernel_breakers import change_state, is_open

_RESUME, _ASK_REDUCE = constant(OperatorAction.RESUME), constant(OperatorAction.REDUCE_ONLY)
_FLATTEN = constant(OperatorAction.FLATTEN)
_HALTED, _REDUCE_ONLY = constant(RiskState.HALTED), constant(RiskState.REDUCE_ONLY)
_COOLDOWN = constant(RiskState.COOLDOWN)
_OPERATOR, _MISMATCH = constant(Trigger.OPERATOR), constant(Trigger.RECONCILIATION)


@compiled_without_allocation
def hear_operator(desk: Any, now_ms: int, action: int) -> None:
    """Carry out an operator's word at once; an action nobody knows halts.

    Resuming accepts the losses so far, not more: the same breaker trips again `rehalt_step` deeper.
    """
    breaker, account = desk.breaker[0], desk.account[0]
    state = breaker["state"]
    if action == _RESUME:
        if not is_open(state):
            equity, peak, start = account["equity"], account["equity_peak"], account["day_start_equity"]
            breaker["accepted_drawdown"] = 1.0 - equity / peak if peak > 0.0 else 0.0
            breaker["accepted_day_loss"] = 1.0 - equity / start if start > 0.0 else 0.0
            breaker["loss_streak"] = 0
            change_state(desk, now_ms, _COOLDOWN, _OPERATOR, float(state), float(_COOLDOWN))
    elif action == _ASK_REDUCE:
        if state != _HALTED:
            change_state(desk, now_ms, _REDUCE_ONLY, _OPERATOR, float(state), float(_REDUCE_ONLY))
    else:
        change_state(desk, now_ms, _HALTED, _OPERATOR, float(state), float(_HALTED))
        breaker["closes"] = 1 if action == _FLATTEN else 0


@compiled_without_allocation
def hear_cash(desk: Any, amount: float) -> None:
    """Book a deposit (> 0) or withdrawal; peak and day's start move in proportion.

    So neither a deposit hides a loss nor a withdrawal looks like one.
    """
    account = desk.account[0]
    before, after = account["equity"], account["equity"] + amount
    account["wallet"] += amount
    account["deposits"] += amount
    account["equity"] = after
    peak, start = moved_marks(before, account["equity_peak"], account["day_start_equity"], after)
    account["equity_peak"], account["day_start_equity"] = peak, start


@compiled
def moved_marks(before: float, peak: float, day_start: float, after: float) -> tuple[float, float]:
    """Equity peak and the day's start once cash has moved equity from `before` to `after`, quote currency.

    In proportion; where there is none, by what was paid in.
    """
    if before > 0.0 and after > 0.0:
        return peak * (after / before), day_start * (after / before)
    paid_in = max(after - before, 0.0)
    return peak + paid_in, day_start + paid_in


@compiled_without_allocation
def hear_funding(desk: Any, symbol: int, rate: float, due_ms: int) -> None:
    """Take the funding expected next: a fraction of notional, positive when longs pay, and when.

    How often it comes is the shortest time between two: one that was missed makes none rarer.
    """
    watch = desk.watch[symbol]
    apart = due_ms - watch["funding_ms"]
    if watch["funding_ms"] > 0 and apart > 0:
        known = watch["funding_every_ms"]
        watch["funding_every_ms"] = min(known, apart) if known > 0 else apart
    watch["funding_rate"] = rate
    watch["funding_ms"] = due_ms


@compiled_without_allocation
def hear_venue_health(desk: Any, error_rate: float) -> None:
    """Take the share of the venue's answers that were errors; it holds until the next word."""
    desk.breaker[0]["api_error_rate"] = error_rate


@compiled_without_allocation
def hear_reconciliation(desk: Any, now_ms: int, mismatches: int) -> None:
    """Take the number of differences found between our books and the venue's; any halts at once."""
    breaker = desk.breaker[0]
    breaker["mismatches"] = mismatches
    if mismatches != 0 and breaker["state"] != _HALTED:
        change_state(desk, now_ms, _HALTED, _MISMATCH, float(mismatches), 0.0)
