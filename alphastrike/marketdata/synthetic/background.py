"""What all symbols of the synthetic market share: regimes, seasons, drift, a crash, common jumps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.domain.intervals import DAY_MS
from alphastrike.marketdata.synthetic.chance import MARKET, stream
from alphastrike.marketdata.synthetic.config import SyntheticConfig
from alphastrike.marketdata.synthetic.grid import Grid
from alphastrike.marketdata.synthetic.jumps import Jumps, draw_jumps
from alphastrike.marketdata.synthetic.regimes import RegimeLaw, regime_path, season

_CRASH_VOLATILITY = 2.0
_CRASH_PREMIUM = -1.5e-3


@dataclass(frozen=True, slots=True)
class Background:
    """One value a step: `volatility` and `turnover` are multiples, the others absolute."""

    grid: Grid
    regime: NDArray[np.int8]
    volatility: Floats
    turnover: Floats
    drift: Floats
    premium_shift: Floats
    jumps: Jumps


def make_background(config: SyntheticConfig, grid: Grid) -> Background:
    """Everything that is drawn once for the whole market."""
    law = RegimeLaw()
    regime = np.zeros(grid.steps, dtype=np.int8)
    volatility, turnover = np.ones(grid.steps), np.ones(grid.steps)
    if config.volatility == "stochastic":
        regime = regime_path(grid.steps, grid.step_hours, stream(config.seed, "regime"))
        volatility = np.array(law.volatility)[regime] * season(grid.open_time_ms, 0.28, 0.72)
        turnover = np.array(law.volatility)[regime] * season(grid.open_time_ms, 0.38, 0.60)
    drift = np.zeros(grid.steps)
    if config.drift == "regime":
        drift = np.array(law.daily_drift)[regime] * (grid.step_ms / DAY_MS)
    premium_shift = np.zeros(grid.steps)
    if config.crash is not None:
        first = round(config.crash.at_hours / grid.step_hours)
        length = max(1, round(config.crash.duration_hours / grid.step_hours))
        falling = slice(first, first + length)
        drift[falling] += np.log1p(-config.crash.depth) / length
        volatility[falling] *= _CRASH_VOLATILITY
        premium_shift[falling] = _CRASH_PREMIUM
    return Background(
        grid=grid,
        regime=regime,
        volatility=volatility,
        turnover=turnover,
        drift=drift,
        premium_shift=premium_shift,
        jumps=draw_jumps(config, grid, regime, MARKET),
    )
