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


def rank_width(window: int) -> int:
    """State columns a `rank_step` needs: the rows in order of time and of size, and two counts."""
    return 2 * window + 2


@compiled_without_allocation
def rank_step(row: Any, at: int, window: int, slot: int, value: float) -> float:
    """Share of the `window` rows before this one that lie below `value`, equal ones by half; 0 to 1.

    NaN while one of them is NaN, and when fewer than half of them count.
    """
    ranked = at + window
    size_at = ranked + window
    fresh = math.isnan(row[size_at])
    size = 0 if fresh else int(row[size_at])
    unknown = window if fresh else int(row[size_at + 1])
    below = _smaller(row, ranked, size, value, 0.0)
    share = math.nan
    if unknown == 0 and value < UNCOUNTED and 2 * size >= window:
        share = 0.5 * (below + _smaller(row, ranked, size, value, 1.0)) / size
    old = row[at + slot]
    row[at + slot] = value
    leaves = old < UNCOUNTED
    comes = value < UNCOUNTED
    first = _smaller(row, ranked, size, old, 0.0) if leaves else size
    last = below if comes else size
    _exchange(row, ranked + first, ranked + last, value, comes)
    row[size_at] = size - int(leaves) + int(comes)
    row[size_at + 1] = unknown - int(math.isnan(old)) + int(math.isnan(value))
    return share


@compiled_without_allocation
def _smaller(row: Any, start: int, size: int, value: float, equal: float) -> int:
    """How many of the `size` ascending numbers from `start` on lie below `value`, or equal it if `equal`."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        other = row[start + middle]
        if other < value or (equal == 1.0 and other == value):
            low = middle + 1
        else:
            high = middle
    return low


@compiled_without_allocation
def _exchange(row: Any, gone: int, place: int, value: float, comes: bool) -> None:  # noqa: FBT001
    """Take the number at `gone` out of an ascending stretch and put `value` in at `place`.

    Where nothing leaves or comes, that position is the end of the stretch.
    """
    if gone < place:
        end = place - 1
        for index in range(gone, end):
            row[index] = row[index + 1]
        if comes:
            row[end] = value
    else:
        for index in range(gone, place, -1):
            row[index] = row[index - 1]
        if comes:
            row[place] = value


@compiled_without_allocation
def forget(row: Any) -> None:
    """Make a series' whole state fresh."""
    for index in range(row.shape[0]):
        row[index] = math.nan
