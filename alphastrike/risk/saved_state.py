"""What stage 7 must not forget over a restart, as plain values, and how it comes back.

A restored value is only ever an upper bound: leverage starts at the saved one and the next close
lowers it if the formula says less; the configuration's rules are never restored; the equity peak
only grows.
"""

import math
from typing import Any

import numpy as np

from alphastrike.domain.risk_states import RiskState, Trigger
from alphastrike.numerics.compiled import constant
from alphastrike.risk.books import Desk
from alphastrike.risk.kernel_breakers import change_state
from alphastrike.risk.kernel_news import moved_marks

SCHEMA = 1
_STATE = ("leverage", "raw", "raise_streak", "last_raise_ms", "performance_factor", "trades_seen")
_FACTORS = ("volatility_factor", "drawdown_factor")
_ACCOUNT = ("equity", "equity_peak", "day", "day_start_equity", "deposits", "liquidations")
_FINITE = ("leverage", "raw", "performance_factor", "equity", "equity_peak", "day_start_equity")


def saved_state(desk: Desk, symbols: tuple[str, ...], at_ms: int) -> dict[str, Any]:
    """The state as JSON types, without checksum and sequence: the writer adds those."""
    breaker = {name: _plain(desk.breaker[0][name]) for name in desk.breaker.dtype.names or ()}
    breaker["state"] = RiskState(int(desk.breaker[0]["state"])).label
    breaker["trigger"] = Trigger(int(desk.breaker[0]["trigger"])).label
    positions = {
        symbol: {"quantity": _plain(row["quantity"]), "entry_price": _plain(row["entry_price"])}
        for symbol, row in zip(symbols, desk.positions, strict=True)
        if row["lots"] != 0
    }
    orders = {
        symbol: [
            {
                name: _plain(order[name])
                for name in ("order_id", "side", "lots", "trigger_price", "reduce_only")
            }
            for order in desk.orders[row, : desk.order_count[row]]
        ]
        for row, symbol in enumerate(symbols)
        if desk.order_count[row]
    }
    return {
        "schema": SCHEMA,
        "written_at_ms": int(at_ms),
        "base": _plain(desk.rules[0]["base"]),
        **{name: _plain(desk.state[0][name]) for name in (*_STATE, *_FACTORS)},
        "leverage_cap": _plain(desk.state[0]["leverage_cap"]),
        "account": {name: _plain(desk.account[0][name]) for name in _ACCOUNT},
        "breaker": breaker,
        "recent_trades": [_plain(value) for value in desk.recent],
        "positions": positions,
        "open_orders": orders,
    }


def restore_state(desk: Desk, state: dict[str, Any], now_ms: int) -> None:
    """Take a saved state back at `now_ms`; `ValueError` when a value in it cannot be one.

    A time after `now_ms` becomes `now_ms`: on a clock that went back, what has to be waited for begins anew.
    The cap of an intervention is not taken back: leverage is below it already and rises slowly.
    """
    _check(state)
    for name in _STATE:
        desk.state[0][name] = state[name]
    rules, account = desk.rules[0], desk.account[0]
    desk.state[0]["leverage"] = min(max(state["leverage"], 0.0), rules["highest"])
    desk.state[0]["last_raise_ms"] = min(state["last_raise_ms"], now_ms)
    saved = state["account"]
    account["equity_peak"] = max(account["equity_peak"], saved["equity_peak"])
    account["day"], account["day_start_equity"] = saved["day"], saved["day_start_equity"]
    desk.recent[:] = state["recent_trades"]
    breaker = desk.breaker[0]
    for name, value in state["breaker"].items():
        if name not in ("state", "trigger", "liquidations"):
            breaker[name] = math.nan if value is None else value
    for name in ("since_ms", "asked_ms"):
        breaker[name] = min(breaker[name], now_ms)
    breaker["state"] = RiskState[state["breaker"]["state"].upper()]
    breaker["trigger"] = Trigger[state["breaker"]["trigger"].upper()]


def carried_to(state: dict[str, Any], equity: float) -> dict[str, Any]:
    """The state on an account of another equity, quote currency.

    Peak and day's start move as for a deposit of the difference.
    """
    account = dict(state["account"])
    marks = [account.get(name, math.nan) for name in ("equity", "equity_peak", "day_start_equity")]
    if all(map(_is_number, marks)):
        before, peak, start = map(float, marks)
        account["equity_peak"], account["day_start_equity"] = moved_marks(before, peak, start, equity)
        account["equity"] = equity
    return {**state, "account": account}


def halt_without_state(desk: Desk, now_ms: int, equity_peak: float) -> None:
    """Nothing usable was saved: HALTED, leverage at its floor, the highest peak still known."""
    change_state(desk, now_ms, constant(RiskState.HALTED), constant(Trigger.STATE_FILE), 0.0, 1.0)
    desk.state[0]["leverage"] = desk.rules[0]["lowest"]
    if math.isfinite(equity_peak):
        desk.account[0]["equity_peak"] = max(desk.account[0]["equity_peak"], equity_peak)


def _check(state: dict[str, Any]) -> None:
    values = {**state, **state["account"]}
    wrong = [name for name in _FINITE if not _is_number(values[name])]
    if wrong or not state["leverage"] > 0.0 or not state["account"]["equity_peak"] > 0.0:
        raise ValueError(f"observed {wrong or 'a leverage or peak that is not positive'}; allowed numbers")
    if len(state["recent_trades"]) != 100 or not all(map(_is_number, state["recent_trades"])):
        raise ValueError("recent_trades: allowed 100 numbers")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _plain(value: Any) -> Any:
    number = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(number, float) and not math.isfinite(number) else number
