"""What the closed round trips say."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.domain.intervals import HOUR_MS

_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class TradeStatistics:
    """Round trips, net of fees and funding. Money in quote; None where nothing can be said.

    `profit_factor` is the sum of wins over the sum of losses. `expectancy_fraction` is the mean
    of net profit over largest entry notional. `expectancy_ratio` is expectancy over the average
    loss: the usual stand-in for R where the risk taken at entry is not recorded (Tharp).
    """

    count: int
    net_profit: float
    win_rate: float | None
    win_rate_interval: tuple[float, float] | None
    profit_factor: float | None
    expectancy_quote: float | None
    expectancy_fraction: float | None
    expectancy_ratio: float | None
    mean_win: float | None
    mean_loss: float | None
    best: float | None
    worst: float | None
    mean_holding_hours: float | None


def net_profit(trades: NDArray[np.void]) -> Floats:
    """Profit of each round trip after its fees and funding, quote."""
    net: Floats = trades["pnl"] - trades["fees"] + trades["funding"]
    return net


def trade_statistics(trades: NDArray[np.void], entry_notional: Floats) -> TradeStatistics:
    """Statistics of `domain.records.TRADE` rows; `entry_notional` (quote, > 0) is one a row.

    A trade that nets exactly zero counts as no win and no loss.
    """
    net = net_profit(trades)
    if net.size == 0:
        return TradeStatistics(0, 0.0, *([None] * 11))
    wins, losses = net[net > 0], net[net < 0]
    expectancy = float(np.mean(net))
    mean_loss = float(np.mean(losses)) if losses.size else None
    return TradeStatistics(
        count=int(net.size),
        net_profit=float(np.sum(net)),
        win_rate=wins.size / net.size,
        win_rate_interval=wilson_interval(int(wins.size), int(net.size)),
        profit_factor=float(np.sum(wins) / -np.sum(losses)) if losses.size else None,
        expectancy_quote=expectancy,
        expectancy_fraction=_mean_fraction(net, entry_notional),
        expectancy_ratio=expectancy / -mean_loss if mean_loss is not None else None,
        mean_win=float(np.mean(wins)) if wins.size else None,
        mean_loss=mean_loss,
        best=float(np.max(net)),
        worst=float(np.min(net)),
        mean_holding_hours=float(np.mean(trades["closed_ms"] - trades["opened_ms"])) / HOUR_MS,
    )


def wilson_interval(successes: int, trials: int) -> tuple[float, float] | None:
    """95 % score interval of a share (Wilson, 1927); None without trials."""
    if trials == 0:
        return None
    share = successes / trials
    scale = 1.0 + _Z**2 / trials
    centre = (share + _Z**2 / (2 * trials)) / scale
    half = _Z / scale * sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def _mean_fraction(net: Floats, entry_notional: Floats) -> float | None:
    usable: Any = entry_notional > 0
    return float(np.mean(net[usable] / entry_notional[usable])) if usable.any() else None
