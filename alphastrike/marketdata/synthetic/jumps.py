"""Sudden moves of the log price (Kou's double-exponential law)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.domain.intervals import DAY_MS
from alphastrike.marketdata.synthetic.chance import stream
from alphastrike.marketdata.synthetic.config import SyntheticConfig
from alphastrike.marketdata.synthetic.grid import Grid
from alphastrike.marketdata.synthetic.regimes import STRESS

SUB_STEPS = 12

_STRESS_MULTIPLE = 3.0
_SCALE = 0.012  # mean absolute size of the log price jump
_UP = 0.45  # probability


@dataclass(frozen=True, slots=True)
class Jumps:
    """Log price jump of each step, 0 for none, and the sub-step after which it falls, -1 for none."""

    size: Floats
    after: NDArray[np.int64]


def draw_jumps(config: SyntheticConfig, grid: Grid, regime: NDArray[np.int8], owner: str) -> Jumps:
    """One owner's jumps at half of `config.jumps_per_day`: the market and the symbol each give half."""
    size, after = np.zeros(grid.steps), np.full(grid.steps, -1, dtype=np.int64)
    if config.jumps_per_day > 0:
        probability = 0.5 * config.jumps_per_day * (grid.step_ms / DAY_MS)
        hit = stream(config.seed, owner, "jump time").random(grid.steps)
        times = np.flatnonzero(hit < np.where(regime == STRESS, _STRESS_MULTIPLE, 1.0) * probability)
        draws = stream(config.seed, owner, "jump size").random((times.size, 3))
        direction = np.where(draws[:, 0] < _UP, 1.0, -1.0)
        size[times] = -direction * _SCALE * np.log1p(-draws[:, 1])
        after[times] = (draws[:, 2] * SUB_STEPS).astype(np.int64)
    return Jumps(size, after)
