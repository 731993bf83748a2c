"""The clock of the synthetic market."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.intervals import HOUR_MS, interval_ms
from alphastrike.marketdata.synthetic.config import SyntheticConfig


@dataclass(frozen=True, slots=True)
class Grid:
    """The market is simulated in steps of at most one hour; `per_bar` steps make a candle."""

    step_ms: int
    per_bar: int
    bars: int
    open_time_ms: NDArray[np.int64]

    @property
    def steps(self) -> int:
        """Steps in all."""
        return int(self.open_time_ms.size)

    @property
    def step_hours(self) -> float:
        """Hours a step takes."""
        return self.step_ms / HOUR_MS


def make_grid(config: SyntheticConfig) -> Grid:
    """The steps that cover whole candles of `config.interval` within `config.length_hours`."""
    interval = interval_ms(config.interval)
    step_ms = min(interval, HOUR_MS)
    bars = config.length_hours * HOUR_MS // interval
    per_bar = interval // step_ms
    steps = np.arange(bars * per_bar, dtype=np.int64)
    return Grid(step_ms=step_ms, per_bar=per_bar, bars=bars, open_time_ms=config.start_ms + steps * step_ms)
