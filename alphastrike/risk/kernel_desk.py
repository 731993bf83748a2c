"""Stage 7, once for every mode: mark the account, set leverage, judge each symbol.

Reducing comes first and always passes; new positions are `kernel_sizing`'s.
"""

from typing import Any

import numpy as np

from alphastrike.domain.kernel_accounting import unrealized_pnl
from alphastrike.domain.kernel_margin import maintenance_margin
from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code, Reason
from alphastrike.domain.records import ACTS_TO_CANCEL
from alphastrike.domain.risk_states import RiskState, Trigger
from alphastrike.numerics.compiled import compiled_into_caller, compiled_without_allocation, constant
from alphastrike.numerics.grid import on_grid, whole_steps
from alphastrike.risk.kernel_breakers import is_open, update_breaker, watch_validation
from alphastrike.risk.kernel_correlation import watch_correlation
from alphastrike.risk.kernel_exits import follow, is_too_near, reason_to_leave
from alphastrike.risk.kernel_leverage import (
    clamp_leverage,
    drawdown_factor,
    observed_half_kelly,
    performance_factor,
    volatility_factor,
)
from alphastrike.risk.kernel_restraints import capped_leverage
from alphastrike.risk.kernel_sizing import enter, has_pending

_DAY_MS = 86_400_000
_FLAT = constant(0)

_HOLD, _ORDERED, _PENDING = constant(Code.HOLD), constant(Code.ORDERED), constant(Code.ORDER_PENDING)
_ENTRY, _FLIP, _EXIT = constant(Reason.ENTRY), constant(Reason.FLIP), constant(Reason.SIGNAL_EXIT)
_TIME_STOP, _CUT, _STOP = constant(Reason.TIME_STOP), constant(Reason.LEVERAGE_CUT), constant(Reason.STOP)
_NO_FORECAST = constant(Code.NO_FORECAST)
_BREAKER, _OPERATOR_CLOSES = constant(Reason.BREAKER), constant(Reason.OPERATOR)
_NORMAL, _MARGIN_CUT = constant(RiskState.NORMAL), constant(Reason.MARGIN_CUT)
_TAKE_PROFIT = constant(OrderType.TAKE_PROFIT_MARKET)
_ACTS_TO_CANCEL = constant(ACTS_TO_CANCEL)
_OPERATOR = constant(Trigger.OPERATOR)


@compiled_without_allocation
def look(desk: Any, codes: Any, closes: Any, volatilities: Any, bar: int, close_ms: int) -> None:
    """Take column `bar` of (symbols, bars) arrays: closes where there is one, volatility, halts so far."""
    for symbol in range(desk.positions.shape[0]):
        if closes[symbol, bar] > 0.0:
            desk.positions[symbol]["mark_price"] = closes[symbol, bar]
            desk.watch[symbol]["marked_ms"] = close_ms
        if volatilities[symbol, bar] > 0.0:
            desk.watch[symbol]["volatility"] = volatilities[symbol, bar]
    watch_validation(desk, codes, bar)
    watch_correlation(desk, close_ms)


@compiled_into_caller
def observe(desk: Any, close_ms: int, daily_volatility: float, row: Any) -> None:
    """Mark the account at a close, move leverage, and write the equity record `row`."""
    account = desk.account[0]
    unrealized, gross, net, maintenance = 0.0, 0.0, 0.0, 0.0
    for symbol in range(desk.positions.shape[0]):
        position = desk.positions[symbol]
        if position["lots"] != 0:
            notional = position["quantity"] * position["mark_price"]
            unrealized += unrealized_pnl(position)
            gross += abs(notional)
            net += notional
            maintenance += maintenance_margin(abs(notional), desk.tiers[symbol])
    desk.state[0]["maintenance"] = maintenance
    equity = account["wallet"] + unrealized
    if close_ms // _DAY_MS != account["day"]:
        account["day"] = close_ms // _DAY_MS
        account["day_start_equity"] = account["equity"]  # at the last close of the day before
        desk.breaker[0]["accepted_day_loss"] = 0.0
    account["equity"] = equity
    account["equity_peak"] = max(account["equity_peak"], equity)
    drawdown = 1.0 - equity / account["equity_peak"] if account["equity_peak"] > 0.0 else 1.0
    _move_leverage(desk, close_ms, daily_volatility, drawdown)
    update_breaker(desk, close_ms, drawdown)
    state = desk.state[0]
    row["ts_ms"] = close_ms
    row["equity"] = equity
    row["cash"] = account["wallet"]
    row["unrealized_pnl"] = unrealized
    row["drawdown"] = drawdown
    row["leverage"] = state["leverage"]
    row["gross_notional"] = gross
    row["net_notional"] = net
    row["volatility_factor"] = state["volatility_factor"]
    row["drawdown_factor"] = state["drawdown_factor"]
    row["performance_factor"] = state["performance_factor"]


@compiled_without_allocation
def _move_leverage(desk: Any, close_ms: int, daily_volatility: float, drawdown: float) -> None:
    """Down at once; up only when well above, for long enough, in small steps."""
    rules, state = desk.rules[0], desk.state[0]
    state["volatility_factor"] = volatility_factor(daily_volatility, rules["normal_volatility"])
    state["drawdown_factor"] = drawdown_factor(drawdown)
    raw = rules["base"] * state["volatility_factor"] * state["drawdown_factor"] * state["performance_factor"]
    value = clamp_leverage(raw, rules["lowest"], rules["highest"])
    value = capped_leverage(value, state["leverage_cap"], rules["lowest"])
    state["raw"] = raw
    held = state["leverage"]
    if held == 0.0 or value <= held:
        state["leverage"] = value
        state["raise_streak"] = 0
        return
    if value <= held * (1.0 + rules["dead_band"]) or desk.breaker[0]["state"] != _NORMAL:
        state["raise_streak"] = 0
        return
    state["raise_streak"] += 1
    waited = close_ms - state["last_raise_ms"] >= rules["raise_every_ms"]
    if state["raise_streak"] >= rules["raise_after"] and waited:
        state["leverage"] = clamp_leverage(
            min(value, held + rules["raise_step"]), rules["lowest"], rules["highest"]
        )
        state["last_raise_ms"] = close_ms
        state["raise_streak"] = 0


@compiled_without_allocation
def record_trade(desk: Any, net_pnl: float) -> None:
    """Add a finished trade to the record that performance is judged by."""
    state = desk.state[0]
    size = desk.recent.shape[0]
    desk.recent[state["trades_seen"] % size] = net_pnl
    state["trades_seen"] += 1
    desk.breaker[0]["loss_streak"] = 0 if net_pnl > 0.0 else desk.breaker[0]["loss_streak"] + 1
    wins, losses, won, lost = 0, 0, 0.0, 0.0
    for row in range(min(state["trades_seen"], size)):
        if desk.recent[row] > 0.0:
            wins += 1
            won += desk.recent[row]
        else:
            losses += 1
            lost -= desk.recent[row]
    mean_win = won / wins if wins > 0 else 0.0
    mean_loss = lost / losses if losses > 0 else 0.0
    state["performance_factor"] = performance_factor(observed_half_kelly(wins, losses, mean_win, mean_loss))


@compiled_into_caller
def decide(
    desk: Any,
    symbol: int,
    close_ms: int,
    code: int,
    observed: float,
    limit: float,
    forecast: float,
    conviction: float,
    regime: int,
    atr_fraction: float,
) -> None:
    """Turn a forecast, or the halt that replaced it, into the symbol's decision and intent."""
    decision, intent = desk.decisions[symbol], desk.intents[symbol]
    position = desk.positions[symbol]
    lots = position["lots"]
    if code == 0 and not (abs(forecast) <= 1.0 and conviction >= 0.0):
        # An answer that is no number is no answer.
        code, observed, limit = _NO_FORECAST, forecast, 1.0
    decision["ts_ms"] = close_ms
    decision["symbol"] = symbol
    decision["code"] = code if code != 0 else _HOLD
    decision["regime"] = regime
    decision["forecast"] = forecast
    decision["conviction"] = conviction
    decision["leverage"] = desk.state[0]["leverage"]
    decision["size_cut"] = desk.watch[symbol]["size_cut"]
    decision["observed"] = observed
    decision["limit"] = limit
    intent["acts"] = 0
    intent["target_lots"] = lots
    intent["approved_lots"] = 0
    intent["stop_price"] = np.nan
    intent["take_profit_price"] = np.nan
    intent["take_profit_lots"] = 0
    wanted = 0
    if code == 0 and forecast > 0.0:
        wanted = 1
    elif code == 0 and forecast < 0.0:
        wanted = -1
    if lots != 0:
        _manage(desk, symbol, close_ms, wanted, atr_fraction)
    elif wanted != 0:
        enter(desk, symbol, wanted, atr_fraction, _ENTRY)
    if intent["acts"] == 0:
        take_back_entries(desk, symbol)
    if lots != 0 and intent["acts"] == 0:
        follow(desk, symbol, atr_fraction)
    target = position["quantity"]
    if intent["acts"] == 1:
        target = on_grid(intent["target_lots"], desk.instruments[symbol]["step"])
    decision["target_notional"] = target * position["mark_price"]


@compiled_without_allocation
def withdraw(desk: Any, symbol: int) -> None:
    """Between closes: do what the breaker asks of a symbol and nothing else."""
    intent = desk.intents[symbol]
    intent["acts"] = 0
    if desk.positions[symbol]["lots"] != 0 and desk.breaker[0]["closes"] != 0:
        _act(desk, symbol, _FLAT, _closing_reason(desk))
    if intent["acts"] == 0:
        take_back_entries(desk, symbol)


@compiled_without_allocation
def take_back_entries(desk: Any, symbol: int) -> None:
    """Cancel what would still open a position once nothing may be opened.

    A turn half done has no stop on this side any more: it becomes an exit.
    """
    if is_open(desk.breaker[0]["state"]):
        return
    lots = desk.positions[symbol]["lots"]
    for slot in range(desk.order_count[symbol]):
        order = desk.orders[symbol, slot]
        if order["reduce_only"] == 0:
            if lots * order["side"] < 0:
                _act(desk, symbol, _FLAT, _EXIT)
                return
            desk.intents[symbol]["acts"] = _ACTS_TO_CANCEL


@compiled_without_allocation
def _closing_reason(desk: Any) -> int:
    return _OPERATOR_CLOSES if desk.breaker[0]["trigger"] == _OPERATOR else _BREAKER


@compiled_into_caller
def _manage(desk: Any, symbol: int, close_ms: int, wanted: int, atr_fraction: float) -> None:
    """What to do with an open position: time stop, then turn, then leverage cut, else hold."""
    position, rules, breaker = desk.positions[symbol], desk.rules[0], desk.breaker[0]
    lots = position["lots"]
    if breaker["closes"] != 0:
        _act(desk, symbol, _FLAT, _closing_reason(desk))
        return
    held_too_long = (
        rules["max_holding_ms"] > 0 and close_ms - position["opened_ms"] >= rules["max_holding_ms"]
    )
    if held_too_long:
        _act(desk, symbol, _FLAT, _TIME_STOP)
        return
    if rules["has_stop"] != 0 and not _is_covered(desk, symbol):
        # The venue refused or lost the stop: an unprotected position is closed, not kept.
        _act(desk, symbol, _FLAT, _STOP)
        return
    reason = reason_to_leave(desk, symbol, close_ms)
    if reason != 0:
        _act(desk, symbol, _FLAT, reason)
        return
    if wanted != 0 and (wanted > 0) != (lots > 0):
        enter(desk, symbol, wanted, atr_fraction, _FLIP)
        if desk.intents[symbol]["acts"] == 0:
            _act(desk, symbol, _FLAT, _EXIT)
        return
    cap = rules["symbol_exposure"] * desk.state[0]["leverage"] * desk.account[0]["equity"]
    step = desk.instruments[symbol]["step"]
    notional = abs(position["quantity"]) * position["mark_price"]
    if notional > cap * (1.0 + rules["dead_band"]):
        kept = whole_steps(max(0.0, cap) / position["mark_price"], step)
        if kept < abs(lots):
            _act(desk, symbol, kept if lots > 0 else -kept, _CUT)
            return
    if is_too_near(desk, symbol):
        _act(desk, symbol, lots // 2 if lots > 0 else -(-lots // 2), _MARGIN_CUT)


@compiled_without_allocation
def _is_covered(desk: Any, symbol: int) -> bool:
    """Whether a stop, or an order that leaves the position, is working against it."""
    lots = desk.positions[symbol]["lots"]
    covered = False
    for slot in range(desk.order_count[symbol]):
        order = desk.orders[symbol, slot]
        if order["side"] * lots < 0 and order["order_type"] != _TAKE_PROFIT:
            covered = True
    return covered


@compiled_without_allocation
def _act(desk: Any, symbol: int, target_lots: int, reason: int) -> None:
    """Ask for a smaller position, unless an order already on its way does just that."""
    if has_pending(desk, symbol, True):
        desk.decisions[symbol]["code"] = _PENDING
        return
    intent = desk.intents[symbol]
    intent["acts"] = 1
    intent["reason"] = reason
    intent["target_lots"] = target_lots
    desk.decisions[symbol]["code"] = _ORDERED
