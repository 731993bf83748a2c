"""Where a value stands among those before it: z-scores and percentile ranks, as explicit folds.

A step works on the slice of one series' state `row` that starts at `at`; `slot` is the absolute row
number modulo `window`. A state of all NaN is fresh. The current value is never compared with itself.
"""

import math
from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.windows import moments_step, moments_width

NEGLIGIBLE = 1e-12
UNCOUNTED = math.inf
"""What to hand `rank_step` for a row that is to be left out rather than to be unknown."""


def z_width(window: int) -> int:
    """State columns a `z_step` needs."""
    return 2 + moments_width(window)


@compiled_without_allocation
def z_step(row: Any, at: int, window: int, slot: int, value: float, counted: float) -> float:
    """Standard deviations of `value` from the mean of the `window` rows before it.

    A row with `counted` 0 is left out of the windows to come. NaN when fewer than half of the rows
    count, when they did not vary, and while a counted NaN is among them, which covers warm-up.
    """
    z: float = (value - row[at]) / row[at + 1]
    count, mean, squares = moments_step(row, at + 2, window, slot, value, counted)
    deviation = math.nan
    if count > 1.0 and 2.0 * count >= window:
        deviation = math.sqrt(squares / (count - 1.0))
    row[at] = mean
    row[at + 1] = deviation if deviation > NEGLIGIBLE else math.nan
    return z


@compiled_without_allocation
def rank_step(row: Any, at: int, window: int, slot: int, value: float) -> float:
    """Share of the `window` rows before this one that lie below `value`, equal ones by half; 0 to 1.

    NaN while one of them is NaN, and when fewer than half of them count.
    """
    below = 0.0
    equal = 0.0
    counted = 0.0
    unknown = 0.0
    for index in range(at, at + window):
        other = row[index]
        below += 1.0 if other < value else 0.0
        equal += 1.0 if other == value else 0.0
        counted += 1.0 if other < UNCOUNTED else 0.0
        unknown += 1.0 if other != other else 0.0  # noqa: PLR0124 - true of NaN alone, and vectorised
    row[at + slot] = value
    if unknown > 0.0 or not value < UNCOUNTED or 2.0 * counted < window:
        return math.nan
    return (below + 0.5 * equal) / counted


@compiled_without_allocation
def forget(row: Any) -> None:
    """Make a series' whole state fresh."""
    for index in range(row.shape[0]):
        row[index] = math.nan
