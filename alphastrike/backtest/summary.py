"""A run in numbers: the content of `summary.json`."""

from dataclasses import asdict
from typing import Any

import numpy as np

from alphastrike.backtest.interventions import breaker_summary
from alphastrike.backtest.metrics import breakdown
from alphastrike.backtest.metrics.buy_and_hold import BuyAndHold, buy_and_hold
from alphastrike.backtest.metrics.drawdown import calmar_ratio, worst_drawdown
from alphastrike.backtest.metrics.exposure import annual_turnover, mean_gross_exposure, time_in_market
from alphastrike.backtest.metrics.returns import annual_growth, annual_volatility, daily_returns
from alphastrike.backtest.metrics.sharpe import SharpeEstimate, sharpe_estimate, sortino_ratio
from alphastrike.backtest.metrics.trades import TradeStatistics, trade_statistics
from alphastrike.backtest.quantities import base_quantity
from alphastrike.backtest.result import RunResult
from alphastrike.backtest.risk_states import risk_states_summary
from alphastrike.domain.intervals import DAY_MS, HOUR_MS, interval_name
from alphastrike.domain.outcomes import Code, Stage

SCHEMA_VERSION = 1
SHARPE_METHOD = "daily returns of complete UTC days, sqrt(365); standard error after Mertens (2002)"

Summary = dict[str, Any]


def summarise(result: RunResult, hold: BuyAndHold | None = None) -> Summary:
    """Every number of `summary.json`, in a fixed order, plain Python values, None for unknown.

    Only `elapsed_s` and `bars_per_s` depend on the clock. `hold` saves computing the benchmark
    again for a caller that has it.
    """
    trades = trade_statistics(result.trades, breakdown.entry_notional(result))
    performance = _performance(result)
    summary = {
        "schema_version": SCHEMA_VERSION,
        **_identity(result),
        **_money(result),
        "liquidations": result.liquidations,
        "trades": trades.count,
        "win_rate": trades.win_rate,
        **{name: performance.pop(name) for name in ("sharpe", "sortino", "calmar", "max_drawdown")},
        "profit_factor": trades.profit_factor,
        **{name: performance.pop(name) for name in ("exposure", "turnover", "psr")},
        "halts": _ordered_halts(result.halts),
        "elapsed_s": result.elapsed_s,
        "bars_per_s": result.bars / result.engine_s if result.engine_s > 0 else None,
        "risk_states": risk_states_summary(result),
        "risk": result.risk,
        **_labels(result),
        **performance,
        **_trade_details(trades),
        **_costs(result),
        "open_positions": _open_positions(result),
        "long_short": breakdown.by_side(result),
        "per_symbol": breakdown.by_symbol(result),
        "per_exit_reason": breakdown.by_exit_reason(result),
        "warm_up": _warm_up(result),
        "breaker": breaker_summary(result),
        "buy_and_hold": _benchmark(hold or buy_and_hold(result.history)),
        "extra": dict(sorted(result.extra.items())),
    }
    plain: Summary = plain_value(summary)
    return plain


def plain_value(value: Any) -> Any:
    """The same value in JSON's own types; a number that is not finite becomes None."""
    if isinstance(value, dict):
        return {str(key): plain_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(inner) for inner in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain_value(value.tolist())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value


def run_window(result: RunResult) -> tuple[int | None, int | None]:
    """First open and last close of the run, UTC ms; None without bars."""
    opens = result.history.open_time_ms
    if not opens.size:
        return None, None
    return int(opens[0]), int(opens[-1]) + result.history.interval_ms - 1


def _identity(result: RunResult) -> Summary:
    provenance, interval_ms = result.provenance, result.history.interval_ms
    start_ms, end_ms = run_window(result)
    return {
        "run_id": provenance.run_id,
        "seed": provenance.seed,
        "data_hash": provenance.data_hash,
        "config_hash": provenance.config_hash,
        "symbols": list(result.history.symbols),
        "interval": interval_name(interval_ms) or f"{interval_ms}ms",
        "start_ms": start_ms,
        "end_ms": end_ms,
        "bars": result.bars,
    }


def _labels(result: RunResult) -> Summary:
    return {
        "strategy": result.provenance.strategy,
        "data_label": result.provenance.data_label,
        "is_synthetic": result.provenance.is_synthetic,
        "interval_ms": result.history.interval_ms,
        "cells": int(result.history.close.size),
        "assumptions": list(result.assumptions),
    }


def _money(result: RunResult) -> Summary:
    last = result.equity[-1] if result.equity.size else None
    return {
        "initial_equity": result.initial_equity,
        "final_equity": float(last["equity"]) if last is not None else result.initial_equity,
        "realized_pnl": float(np.sum(result.fills["realized"])),
        "unrealized_pnl": float(last["unrealized_pnl"]) if last is not None else 0.0,
        "fees": float(np.sum(result.fills["fee"])),
        "funding": float(np.sum(result.funding["payment"])),
    }


def _costs(result: RunResult) -> Summary:
    money = _money(result)
    explained = (
        money["initial_equity"]
        + money["realized_pnl"]
        + money["unrealized_pnl"]
        + money["funding"]
        - money["fees"]
    )
    return {
        "slippage": float(np.sum(result.fills["slippage"])),
        "fills": int(result.fills.size),
        "traded_notional": _traded_notional(result),
        "accounting_residual": money["final_equity"] - explained,
    }


def _traded_notional(result: RunResult) -> float:
    fills = result.fills
    quantity = base_quantity(fills["lots"], fills["symbol"], result.instruments)
    return float(np.sum(quantity * fills["price"]))


def _performance(result: RunResult) -> Summary:
    start_ms, end_ms = run_window(result)
    equity = result.equity["equity"]
    if start_ms is None or end_ms is None:
        start_ms, end_ms = 0, -1
    days = (end_ms + 1 - start_ms) / DAY_MS
    final = float(equity[-1]) if equity.size else result.initial_equity
    returns = daily_returns(result.equity["ts_ms"], equity, result.initial_equity, start_ms)
    growth = annual_growth(result.initial_equity, final, days)
    fall = worst_drawdown(result.equity["ts_ms"], equity, result.initial_equity, start_ms)
    gross = result.equity["gross_notional"]
    return {
        "sortino": sortino_ratio(returns),
        "calmar": calmar_ratio(growth, fall.fraction),
        "max_drawdown": fall.fraction,
        "exposure": time_in_market(gross),
        "turnover": annual_turnover(_traded_notional(result), equity, days),
        **_sharpe_fields(sharpe_estimate(returns)),
        "days": days,
        "return_days": int(returns.size),
        "total_return": final / result.initial_equity - 1.0,
        "cagr": growth,
        "volatility": annual_volatility(returns),
        "drawdown": asdict(fall),
        "mean_gross_exposure": mean_gross_exposure(gross, equity),
    }


def _sharpe_fields(estimate: SharpeEstimate | None) -> Summary:
    return {
        "sharpe": estimate.ratio if estimate else None,
        "psr": estimate.probability if estimate else None,
        "sharpe_standard_error": estimate.standard_error if estimate else None,
        "sharpe_interval": [estimate.low, estimate.high] if estimate else None,
        "sharpe_days_needed": estimate.days_needed if estimate else None,
        "sharpe_method": SHARPE_METHOD,
    }


def _trade_details(trades: TradeStatistics) -> Summary:
    details = asdict(trades)
    shown_elsewhere = ("count", "win_rate", "profit_factor")
    return {name: value for name, value in details.items() if name not in shown_elsewhere}


def _open_positions(result: RunResult) -> int:
    lots = np.zeros(len(result.instruments), dtype=np.int64)
    lots[result.fills["symbol"]] = result.fills["position_after"]
    return int(np.count_nonzero(lots))


def _warm_up(result: RunResult) -> Summary:
    start_ms, end_ms = run_window(result)
    first = result.first_tradable_ms
    if first is None or start_ms is None or end_ms is None:
        return {"first_tradable_ms": None, "hours": None, "share": None}
    waited = first + 1 - start_ms
    return {
        "first_tradable_ms": first,
        "hours": waited / HOUR_MS,
        "share": waited / (end_ms + 1 - start_ms),
    }


def _benchmark(hold: BuyAndHold | None) -> Summary | None:
    if hold is None:
        return None
    return {
        "symbols": hold.symbols,
        "total_return": hold.total_return,
        "cagr": hold.cagr,
        "volatility": hold.volatility,
        "sharpe": hold.sharpe.ratio if hold.sharpe else None,
        "sharpe_standard_error": hold.sharpe.standard_error if hold.sharpe else None,
        "sortino": hold.sortino,
        "calmar": calmar_ratio(hold.cagr, hold.max_drawdown),
        "max_drawdown": hold.max_drawdown,
    }


def _ordered_halts(halts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    stages = {stage.name.lower(): stage.value for stage in Stage}
    codes = {code.label: code.value for code in Code}
    ordered = {}
    for stage in sorted(halts, key=lambda name: (stages.get(name, len(stages) + 1), name)):
        counts = halts[stage]
        labels = sorted(counts, key=lambda label: (codes.get(label, 1000), label))
        ordered[stage] = {label: counts[label] for label in labels}
    return ordered
