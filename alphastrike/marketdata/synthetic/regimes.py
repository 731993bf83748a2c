"""Slow states of the synthetic market and the clock's seasons, common to all symbols."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.intervals import DAY_MS, HOUR_MS

REGIMES = ("quiet", "bull", "bear", "stress")
STRESS = REGIMES.index("stress")

_PEAK_HOUR = 15.0
_WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class RegimeLaw:
    """By regime: mean stay in days, volatility multiple, drift of the log price per day."""

    mean_days: tuple[float, ...] = (10.0, 8.0, 6.0, 1.5)
    volatility: tuple[float, ...] = (0.70, 0.95, 1.10, 2.40)
    daily_drift: tuple[float, ...] = (0.0, 8e-4, -10e-4, -30e-4)


def regime_path(steps: int, step_hours: float, chance: np.random.Generator) -> NDArray[np.int8]:
    """Regime of each step: exponential stays, then any other regime with equal probability."""
    law = RegimeLaw()
    out = np.empty(steps, dtype=np.int8)
    regime, end_hours, start = 0, 0.0, 0
    while start < steps:
        stay, turn = chance.random(2)
        end_hours -= np.log1p(-stay) * law.mean_days[regime] * 24.0
        stop = min(steps, max(start, int(np.ceil(end_hours / step_hours))))
        out[start:stop] = regime
        others = [other for other in range(len(REGIMES)) if other != regime]
        regime, start = others[int(turn * len(others))], stop
    return out


def season(open_time_ms: NDArray[np.int64], amplitude: float, weekend: float) -> NDArray[np.float64]:
    """Multiple by time of week: a daily cosine that peaks at 15 UTC, times `weekend` on both its days."""
    hour = (open_time_ms % DAY_MS) / HOUR_MS
    weekday = (open_time_ms // DAY_MS + 3) % 7
    daily = 1.0 + amplitude * np.cos((hour - _PEAK_HOUR) * (2.0 * np.pi / 24.0))
    return np.where(weekday >= 5, weekend * daily, daily)
