"""The three triggers, once for every mode: told every finished trade, asked at every close.

`watch` is a `llm.watch.Watch`: row 0 of its arrays is the portfolio, row 1 + s is symbol s.
"""

from typing import Any

import numpy as np

from alphastrike.domain.kernel_accounting import unrealized_pnl
from alphastrike.numerics.compiled import compiled_without_allocation

_WIN_RATE, _DRAWDOWN, _STREAK = 0, 1, 2


@compiled_without_allocation
def hear_trade(watch: Any, symbol: int, net_pnl: float) -> None:
    """Count a finished trade for its symbol and for the portfolio."""
    _count(watch, 0, net_pnl)
    _count(watch, 1 + symbol, net_pnl)


@compiled_without_allocation
def _count(watch: Any, row: int, net_pnl: float) -> None:
    scope = watch.scopes[row]
    window = watch.wins.shape[1]
    won = net_pnl > 0.0
    watch.wins[row, scope["trades"] % window] = 1 if won else 0
    scope["trades"] += 1
    scope["losses"] = 0 if won else scope["losses"] + 1
    if won:
        watch.state[row, _STREAK]["is_armed"] = 1  # a win between two closes is a recovery too
    scope["closed_pnl"] += net_pnl
    seen = min(scope["trades"], window)
    scope["win_rate"] = np.nan
    if seen >= watch.rules[0]["win_rate_least"]:
        wins = 0
        for slot in range(seen):
            wins += watch.wins[row, slot]
        scope["win_rate"] = wins / seen


@compiled_without_allocation
def fire(watch: Any, account: Any, positions: Any, close_ms: int) -> int:
    """Mark every scope at a close and fire what is armed and beyond its limit; returns how many fired.

    While a review is under way nothing fires; what is still beyond its limit afterwards does then.
    """
    fired = 0
    for row in range(watch.scopes.shape[0]):
        _mark(watch.scopes[row], row, account, positions)
        for trigger in range(3):
            fired += _judge(watch, row, trigger, close_ms)
    watch.clock[0]["fired"] = fired
    return fired


@compiled_without_allocation
def _mark(scope: Any, row: int, account: Any, positions: Any) -> None:
    equity = account["equity"]
    if row == 0:
        peak = account["equity_peak"]
        scope["drawdown"] = 1.0 - equity / peak if peak > 0.0 else 1.0
        return
    position = positions[row - 1]
    pnl = scope["closed_pnl"]
    if position["lots"] != 0:
        pnl += position["trip_pnl"] - position["trip_fees"] + position["trip_funding"]
        pnl += unrealized_pnl(position)
    if pnl >= scope["peak_pnl"] or scope["peak_equity"] == 0.0:
        scope["peak_pnl"] = pnl
        scope["peak_equity"] = equity
    base = scope["peak_equity"]
    scope["drawdown"] = (scope["peak_pnl"] - pnl) / base if base > 0.0 else 0.0


@compiled_without_allocation
def _judge(watch: Any, row: int, trigger: int, close_ms: int) -> int:
    rules, scope, state = watch.rules[0], watch.scopes[row], watch.state[row, trigger]
    beyond, recovered = False, False
    if trigger == _WIN_RATE:
        limit = rules["win_rate_below"]
        beyond = scope["win_rate"] < limit
        recovered = scope["win_rate"] >= min(1.0, limit / rules["recovery"])
    elif trigger == _DRAWDOWN:
        limit = rules["drawdown_above"]
        # An equity that is no number is a fall beyond every limit.
        beyond = not scope["drawdown"] <= limit
        recovered = scope["drawdown"] <= limit * rules["recovery"]
    else:
        beyond = scope["losses"] >= rules["losses"]
        recovered = scope["losses"] == 0
    state["is_fired"] = 0
    if beyond:
        state["beyond_bars"] += 1
    if recovered:
        state["is_armed"] = 1
    cooled = close_ms - state["fired_ms"] >= rules["cooldown_ms"]
    if beyond and state["is_armed"] != 0 and cooled and watch.clock[0]["is_busy"] == 0:
        state["is_armed"] = 0
        state["fired_ms"] = close_ms
        state["is_fired"] = 1
        return 1
    return 0
