"""The risk panel: leverage with its factors, every limit with its use, the breaker and what would move it."""

from typing import Any

import numpy as np

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.risk_states import RiskState, Trigger
from alphastrike.numerics.compiled import constant
from alphastrike.risk.books import Desk
from alphastrike.risk.kernel_breakers import REDUCE_ONLY_BELOW
from alphastrike.risk.kernel_foresight import (
    AFTER,
    foresee_others,
    liquidation_distance,
    needed_distance,
    orders_within_a_minute,
)
from alphastrike.risk.kernel_pretrade import RULES

Panel = dict[str, Any]
_ALL, _NO_SIDE = constant(-1), constant(1)
_FAR_MS = 2**62


def panel_of(desk: Desk, now_ms: int) -> Panel:
    """The account as the rules see it now, orders on their way counted as filled the worse way."""
    after = _as_it_is(desk, now_ms)
    return {
        "at_ms": int(now_ms),
        "equity": float(desk.account[0]["equity"]),
        "leverage": _leverage(desk, now_ms),
        "breaker": _breaker(desk, now_ms),
        "triggers": _triggers(desk, float(after["distance"])),
        "limits": [_use(rule, desk, after) for rule in RULES],
    }


def panel_at_end(desk: Desk, history: CandleHistory) -> Panel:
    """The panel at the last close of a history; empty when none was lived through."""
    if not history.open_time_ms.size:
        return {}
    return panel_of(desk, int(history.open_time_ms[-1]) + history.interval_ms - 1)


def _leverage(desk: Desk, now_ms: int) -> Panel:
    rules, state = desk.rules[0], desk.state[0]
    wait = max(0, int(state["last_raise_ms"]) + int(rules["raise_every_ms"]) - now_ms)
    return {
        "value": float(state["leverage"]),
        "raw": float(state["raw"]),
        "base": float(rules["base"]),
        "volatility_factor": float(state["volatility_factor"]),
        "drawdown_factor": float(state["drawdown_factor"]),
        "performance_factor": float(state["performance_factor"]),
        "lowest": float(rules["lowest"]),
        "highest": float(rules["highest"]),
        "cap": float(state["leverage_cap"]),
        "closes_asking_for_more": int(state["raise_streak"]),
        "closes_needed": int(rules["raise_after"]),
        "hours_until_a_raise": wait / HOUR_MS,
    }


def _breaker(desk: Desk, now_ms: int) -> Panel:
    breaker = desk.breaker[0]
    state = RiskState(int(breaker["state"]))
    return {
        "state": state.label,
        "since_ms": int(breaker["since_ms"]) or None,
        "trigger": Trigger(int(breaker["trigger"])).label,
        "observed": float(breaker["observed"]),
        "limit": float(breaker["limit"]),
        "left_by": _way_out(desk, state, now_ms),
    }


def _way_out(desk: Desk, state: RiskState, now_ms: int) -> str:
    """What has to happen for the state to become a milder one."""
    rules, breaker = desk.rules[0], desk.breaker[0]
    calm = (int(breaker["asked_ms"]) + int(rules["calm_ms"]) - now_ms) / HOUR_MS
    longest = (int(breaker["since_ms"]) + int(rules["reduce_only_ms"]) - now_ms) / HOUR_MS
    cooled = (int(breaker["since_ms"]) + int(rules["cooldown_ms"]) - now_ms) / HOUR_MS
    return {
        RiskState.NORMAL: "nothing to leave",
        RiskState.CAUTION: f"{max(0.0, calm):.1f} h without a trigger",
        RiskState.REDUCE_ONLY: f"{max(0.0, calm):.1f} h without a trigger, or for raw leverage alone "
        f"{max(0.0, longest):.1f} h more, then cooldown",
        RiskState.HALTED: "an operator who resumes, then cooldown",
        RiskState.COOLDOWN: f"{max(0.0, cooled):.1f} h more",
    }[state]


def _triggers(desk: Desk, distance: float) -> list[Panel]:
    rules, breaker, account = desk.rules[0], desk.breaker[0], desk.account[0]
    equity, peak, start = (float(account[name]) for name in ("equity", "equity_peak", "day_start_equity"))
    fall = 1.0 - equity / peak if peak > 0.0 else 1.0
    day = 1.0 - equity / start if start > 0.0 else 1.0
    held = desk.positions["lots"] != 0
    age = int(_ages(desk)[held].max()) if held.any() else 0
    rows = (
        ("drawdown", fall, rules["caution_drawdown"], RiskState.CAUTION),
        ("drawdown", fall, rules["halt_drawdown"], RiskState.HALTED),
        ("day_loss", day, rules["reduce_day_loss"], RiskState.REDUCE_ONLY),
        ("day_loss", day, rules["halt_day_loss"], RiskState.HALTED),
        ("loss_streak", breaker["loss_streak"], rules["caution_losses"], RiskState.CAUTION),
        ("validation", breaker["drifted"], rules["caution_drift"], RiskState.CAUTION),
        ("stale_data", age, rules["stale_ms"], RiskState.REDUCE_ONLY),
        ("api_errors", breaker["api_error_rate"], rules["api_errors"], RiskState.REDUCE_ONLY),
        ("raw_leverage", desk.state[0]["raw"], REDUCE_ONLY_BELOW, RiskState.REDUCE_ONLY),
        ("reconciliation", breaker["mismatches"], 0, RiskState.HALTED),
        ("liquidation_distance", distance, rules["liquidation_floor"], RiskState.HALTED),
    )
    return [
        {"trigger": name, "observed": float(seen), "limit": float(limit), "leads_to": state.label}
        for name, seen, limit, state in rows
    ]


def _ages(desk: Desk) -> Any:
    """How far behind the freshest mark each symbol's is, ms."""
    marked = desk.watch["marked_ms"]
    return marked.max() - marked


def _use(rule: Any, desk: Desk, after: Any) -> Panel:
    judge = getattr(rule.judge, "py_func", rule.judge)  # a dozen comparisons are not worth compiling
    passes, observed, limit = judge(desk, after)
    return {
        "rule": rule.name,
        "observed": float(observed),
        "limit": float(limit),
        "unit": rule.unit,
        "passes": bool(passes),
        "setting": rule.setting,
    }


def _as_it_is(desk: Desk, now_ms: int) -> Any:
    """The account without a new order, in the form the rules read."""
    others = foresee_others(desk, _ALL, _NO_SIDE)
    after = desk.foreseen[AFTER]
    for name in desk.foreseen.dtype.names or ():
        after[name] = others[name]
    notionals = np.abs(desk.positions["quantity"]) * desk.positions["mark_price"]
    clusters = desk.watch["cluster"]
    after["net"] = abs(others["net"])
    after["own"] = notionals.max()
    after["cluster"] = max(notionals[clusters == cluster].sum() for cluster in set(clusters.tolist()))
    after["orders"] = orders_within_a_minute(desk, now_ms)
    after["band"] = after["age_ms"] = after["carry"] = after["expected_carry"] = 0
    after["surplus"] = np.inf
    after["funding_in_ms"] = _FAR_MS
    after["distance"], after["needed_distance"] = 1.0, 0.0
    for row in np.flatnonzero(desk.positions["lots"]).tolist():
        quantity = float(desk.positions[row]["quantity"])
        far = liquidation_distance(desk, row, quantity, float(after["maintenance"]))
        needed = needed_distance(desk, row, 0.0)
        if not far - needed >= after["distance"] - after["needed_distance"]:
            after["distance"], after["needed_distance"] = far, needed
    return after
