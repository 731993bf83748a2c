"""Returns on a fixed UTC day grid, and growth per year."""

import numpy as np

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.intervals import DAY_MS

DAYS_PER_YEAR = 365  # crypto trades every day: never 252


def daily_returns(ts_ms: Integers, equity: Floats, initial_equity: float, start_ms: int) -> Floats:
    """Returns of complete UTC days, fractions, shape (days,).

    Equity is read at each midnight in [start_ms, last row]: the last row before it, or
    `initial_equity` when none is. A day the run covers only in part gives no return. The series
    ends with the day in which equity reached zero or less.
    """
    if ts_ms.size == 0:
        return np.empty(0)
    first_midnight = -(-start_ms // DAY_MS)
    last_midnight = (int(ts_ms[-1]) + 1) // DAY_MS
    midnights = np.arange(first_midnight, last_midnight + 1, dtype=np.int64) * DAY_MS
    row = np.searchsorted(ts_ms, midnights, side="left") - 1
    value = np.where(row >= 0, equity[np.maximum(row, 0)], initial_equity)
    ruined = np.flatnonzero(value <= 0)
    if ruined.size:
        value = value[: ruined[0] + 1]
    if value.size < 2:
        return np.empty(0)
    return np.asarray(value[1:] / value[:-1] - 1.0, dtype=np.float64)


def annual_growth(initial: float, final: float, days: float) -> float | None:
    """Compound growth per 365 days as a fraction; -1 after ruin; None below one day or on overflow."""
    if not (np.isfinite(initial) and np.isfinite(final)) or initial <= 0 or days < 1:
        return None
    if final <= 0:
        return -1.0
    try:
        return float((final / initial) ** (DAYS_PER_YEAR / days) - 1.0)
    except OverflowError:
        return None


def annual_volatility(returns: Floats) -> float | None:
    """Standard deviation (ddof 1) of daily returns times sqrt(365); None below two returns."""
    if returns.size < 2 or not np.isfinite(returns).all():
        return None
    return float(np.std(returns, ddof=1) * np.sqrt(DAYS_PER_YEAR))
