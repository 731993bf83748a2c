"""A branch's records become its numbers."""

import math
from typing import NamedTuple

import numpy as np

from alphastrike.backtest.metrics.drawdown import worst_drawdown
from alphastrike.backtest.quantities import base_quantity
from alphastrike.backtest.replay.outcomes import Measured
from alphastrike.backtest.result import Records
from alphastrike.domain.instruments import UnifiedInstrument

_RUIN = 0.01  # of the equity at the fork: less is not told apart, so that one ruin is not infinitely bad


class Fork(NamedTuple):
    """Where a branch begins: the close of the bar that asked, and what the account was worth there."""

    ts_ms: int
    equity: float


def measured(
    fork: Fork,
    equity: Records,
    fills: Records,
    instruments: tuple[UnifiedInstrument, ...],
    weighed: tuple[float, float],
) -> Measured:
    """Measure a branch by its equity and fill records; `weighed` is the drawdown's weight and `triggered`."""
    weight, triggered = weighed
    values = equity["equity"]
    last = float(values[-1]) if values.size else fork.equity
    fall = worst_drawdown(equity["ts_ms"], values, fork.equity, fork.ts_ms).fraction
    traded = base_quantity(fills["lots"], fills["symbol"], instruments) * fills["price"]
    share = last / fork.equity if math.isfinite(last) else 0.0
    return Measured(
        utility=math.log(max(share, _RUIN)) - weight * fall,
        equity_change=share - 1.0,
        max_drawdown=fall,
        liquidations=int(np.count_nonzero(fills["is_liquidation"])),
        turnover=float(np.sum(traded)) / fork.equity,
        triggered=triggered,
    )
