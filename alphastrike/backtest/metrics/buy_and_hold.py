"""What doing nothing clever would have earned."""

from dataclasses import dataclass

import numpy as np

from alphastrike.backtest.metrics.drawdown import worst_drawdown
from alphastrike.backtest.metrics.returns import annual_growth, annual_volatility, daily_returns
from alphastrike.backtest.metrics.sharpe import SharpeEstimate, sharpe_estimate, sortino_ratio
from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.intervals import DAY_MS


@dataclass(frozen=True, slots=True)
class BuyAndHold:
    """Equal parts of the symbols that have a candle at the first bar, bought at its open.

    No leverage, cost, funding or rebalancing. A symbol whose candles end stays at its last close.
    `curve` is the value at each bar's close for an initial equity of 1.
    """

    symbols: int
    curve: Floats
    total_return: float
    cagr: float | None
    volatility: float | None
    sharpe: SharpeEstimate | None
    sortino: float | None
    max_drawdown: float


def buy_and_hold(history: CandleHistory) -> BuyAndHold | None:
    """The benchmark of a run over `history`; None when it has no bar or no usable first open."""
    if history.open_time_ms.size == 0:
        return None
    first_open = history.open[:, 0]
    bought = np.isfinite(first_open) & (first_open > 0)
    if not bought.any():
        return None
    curve = np.zeros(history.open_time_ms.size)
    for close, paid in zip(history.close[bought], first_open[bought], strict=True):
        curve += carried_forward(close, float(paid)) / paid
    curve /= int(bought.sum())
    close_ms = history.open_time_ms + history.interval_ms - 1
    start_ms = int(history.open_time_ms[0])
    days = (int(close_ms[-1]) + 1 - start_ms) / DAY_MS
    returns = daily_returns(close_ms, curve, 1.0, start_ms)
    return BuyAndHold(
        symbols=int(bought.sum()),
        curve=curve,
        total_return=float(curve[-1]) - 1.0,
        cagr=annual_growth(1.0, float(curve[-1]), days),
        volatility=annual_volatility(returns),
        sharpe=sharpe_estimate(returns),
        sortino=sortino_ratio(returns),
        max_drawdown=worst_drawdown(close_ms, curve, 1.0, start_ms).fraction,
    )


def carried_forward(prices: Floats, before_first: float) -> Floats:
    """Prices with each NaN replaced by the last known one, `before_first` until there is one."""
    known = np.isfinite(prices)
    if known.all():
        return prices
    last = np.maximum.accumulate(np.where(known, np.arange(prices.size), -1))
    return np.where(last >= 0, prices[np.maximum(last, 0)], before_first)
