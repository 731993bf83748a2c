"""The same result by side, by symbol and by the reason a position was closed."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.backtest.metrics.buy_and_hold import carried_forward
from alphastrike.backtest.metrics.trades import trade_statistics
from alphastrike.backtest.quantities import base_quantity
from alphastrike.backtest.result import Records, RunResult
from alphastrike.domain.blocks import Floats
from alphastrike.domain.outcomes import Reason

Row = dict[str, Any]


def entry_notional(result: RunResult) -> Floats:
    """Notional of each round trip: the largest quantity it held at its average entry price, quote."""
    trades = result.trades
    quantity = base_quantity(trades["lots"], trades["symbol"], result.instruments)
    return np.asarray(np.abs(quantity) * trades["entry_price"], dtype=np.float64)


def by_side(result: RunResult) -> dict[str, Row]:
    """Round trips of long and short positions."""
    side = result.trades["side"]
    return {"long": _trades_row(result, side > 0), "short": _trades_row(result, side < 0)}


def by_exit_reason(result: RunResult) -> dict[str, Row]:
    """Round trips by why they were closed, in the order of `Reason`; absent reasons are left out."""
    reason = result.trades["exit_reason"]
    return {
        Reason(int(value)).label: _trades_row(result, reason == value) for value in np.unique(reason).tolist()
    }


def by_symbol(result: RunResult) -> dict[str, Row]:
    """Each symbol's round trips, costs and whole contribution to the final equity, quote.

    `profit` = realised - fees + funding + unrealised at the last known close: the symbols add up
    to final less initial equity.
    """
    count = len(result.instruments)
    fills, funding = result.fills, result.funding
    quantity = base_quantity(fills["lots"], fills["symbol"], result.instruments) * fills["side"]
    notional = quantity * fills["price"]
    bought = _per_symbol(fills, notional, count)
    position = _per_symbol(fills, quantity, count)
    totals = {
        "realized_pnl": _per_symbol(fills, fills["realized"], count),
        "fees": _per_symbol(fills, fills["fee"], count),
        "funding": _per_symbol(funding, funding["payment"], count),
        "slippage": _per_symbol(fills, fills["slippage"], count),
        "traded_notional": _per_symbol(fills, np.abs(notional), count),
    }
    rows = {}
    for index, instrument in enumerate(result.instruments):
        close = result.history.close[index]
        last = float(carried_forward(close, 0.0)[-1]) if close.size else 0.0
        held = float(position[index]) if _is_open(result, index) else 0.0
        value = held * last - float(bought[index])
        costs = float(totals["funding"][index] - totals["fees"][index])
        rows[instrument.symbol] = {
            **_trades_row(result, result.trades["symbol"] == index),
            "profit": value + costs,
            "unrealized_pnl": value - float(totals["realized_pnl"][index]) if held else 0.0,
            **{name: float(total[index]) for name, total in totals.items()},
            "position": held,
            "price_change": _price_change(result, index),
        }
    return rows


def _trades_row(result: RunResult, chosen: NDArray[np.bool_]) -> Row:
    return asdict(trade_statistics(result.trades[chosen], entry_notional(result)[chosen]))


def _per_symbol(records: Records, amount: Floats, symbols: int) -> Floats:
    return np.bincount(records["symbol"], weights=amount, minlength=symbols).astype(np.float64)


def _is_open(result: RunResult, symbol: int) -> bool:
    own = np.flatnonzero(result.fills["symbol"] == symbol)
    return bool(own.size and result.fills["position_after"][own[-1]] != 0)


def _price_change(result: RunResult, symbol: int) -> float | None:
    close = result.history.close[symbol]
    known = np.flatnonzero(np.isfinite(close))
    if not known.size:
        return None
    return float(close[known[-1]] / result.history.open[symbol, known[0]] - 1.0)
