"""The deepest fall from a peak, in money, as a fraction, and when."""

from dataclasses import dataclass

import numpy as np

from alphastrike.domain.blocks import Floats, Integers


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest drawdown by fraction of its peak. Above 1 the account owed money.

    `quote` belongs to the same fall. Times are None when equity never fell; `recovery_ms` is None
    while the peak has not been seen again. `longest_underwater_ms` is the longest stretch below
    any earlier peak, the one in progress included.
    """

    fraction: float
    quote: float
    peak_ms: int | None
    trough_ms: int | None
    recovery_ms: int | None
    longest_underwater_ms: int


def worst_drawdown(ts_ms: Integers, equity: Floats, initial_equity: float, start_ms: int) -> Drawdown:
    """Deepest fall of marked equity at the rows given, the initial equity being the first peak.

    Rows that are not finite are left out. What happened between two rows is not seen.
    """
    known = np.isfinite(equity)
    times = np.concatenate(([start_ms], ts_ms[known]))
    path = np.concatenate(([initial_equity], equity[known]))
    peak = np.maximum.accumulate(path)
    fall = 1.0 - path / peak
    trough = int(np.argmax(fall))
    underwater = _longest_underwater(times, path >= peak)
    if fall[trough] <= 0:
        return Drawdown(0.0, 0.0, None, None, None, underwater)
    top = int(np.flatnonzero(path[: trough + 1] == peak[trough])[-1])
    back = np.flatnonzero(path[trough:] >= peak[trough])
    return Drawdown(
        fraction=float(fall[trough]),
        quote=float(peak[trough] - path[trough]),
        peak_ms=int(times[top]),
        trough_ms=int(times[trough]),
        recovery_ms=int(times[trough + back[0]]) if back.size else None,
        longest_underwater_ms=underwater,
    )


def calmar_ratio(annual_growth: float | None, drawdown_fraction: float) -> float | None:
    """Growth per year over the deepest drawdown; None without either (Young, 1991)."""
    if annual_growth is None or drawdown_fraction <= 0:
        return None
    return annual_growth / drawdown_fraction


def _longest_underwater(times: Integers, at_peak: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    # A stretch between two touches of the peak counts only if rows below it lie between.
    touches = np.flatnonzero(at_peak)
    edges = np.append(touches, times.size - 1) if not at_peak[-1] else touches
    if edges.size < 2:
        return 0
    stretches = np.where(np.diff(edges) > 1, np.diff(times[edges]), 0)
    if not at_peak[-1]:
        stretches[-1] = times[-1] - times[touches[-1]]
    return int(stretches.max())
