"""Sliding windows of a fixed number of rows in constant time per row, as explicit folds.

Rows fall into blocks of `window` rows anchored at multiples of `window` of the absolute row
number. Every window is the tail of one block joined to the head of the next: the head grows by a
row, the tails are computed once, backwards, when their block is complete (van Herk 1992, Gil and
Werman 1993). The result is a fixed expression of the rows inside the window: nothing older can
touch it, not even in the last bit, and nothing is ever subtracted, so no error builds up.

A step works on the slice of one symbol's state `row` that starts at `at`; `slot` is the absolute
row number modulo `window`. A state of all NaN is fresh. A NaN value makes the result NaN while it
is inside the window, which also covers warm-up.
"""

import math
from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation


def sum_width(window: int) -> int:
    """State columns a `sum_step`, `max_step` or `min_step` needs."""
    return 1 + window


def moments_width(window: int) -> int:
    """State columns a `moments_step` needs."""
    return 3 + 3 * window


@compiled_without_allocation
def sum_step(row: Any, at: int, window: int, slot: int, value: float) -> float:
    """Sum of the last `window` values."""
    head = value if slot == 0 else row[at] + value
    row[at] = head
    ring = at + 1
    row[ring + slot] = value
    if slot < window - 1:
        return float(row[ring + slot + 1] + head)
    tail = value
    for back in range(window - 2, -1, -1):
        tail = row[ring + back] + tail
        row[ring + back] = tail
    return head


@compiled_without_allocation
def max_step(row: Any, at: int, window: int, slot: int, value: float) -> float:
    """Largest of the last `window` values."""
    head = value
    if slot > 0:
        head = _larger(row[at], value)
    row[at] = head
    ring = at + 1
    row[ring + slot] = value
    if slot < window - 1:
        return _larger(row[ring + slot + 1], head)
    tail = value
    for back in range(window - 2, -1, -1):
        tail = _larger(row[ring + back], tail)
        row[ring + back] = tail
    return head


@compiled_without_allocation
def min_step(row: Any, at: int, window: int, slot: int, value: float) -> float:
    """Smallest of the last `window` values."""
    return -max_step(row, at, window, slot, -value)


@compiled_without_allocation
def moments_step(
    row: Any, at: int, window: int, slot: int, value: float, counted: float
) -> tuple[float, float, float]:
    """Count, mean and sum of squared deviations of the last `window` values.

    `counted` 0 leaves the row out (its value is not read), 1 takes it in. Welford's update and
    Chan's join: no difference of large sums, so a spread far below the mean keeps its digits.
    """
    if counted == 0.0:
        value = 0.0
    count = counted
    mean = value
    squares = 0.0 * value
    if slot > 0:
        count = row[at]
        mean = row[at + 1]
        squares = row[at + 2]
        if counted > 0.0:
            count += 1.0
            delta = value - mean
            mean += delta / count
            squares += delta * (value - mean)
    row[at] = count
    row[at + 1] = mean
    row[at + 2] = squares
    counts = at + 3
    means = counts + window
    spreads = means + window
    row[counts + slot] = counted
    row[means + slot] = value
    if slot == window - 1:
        _close_block(row, counts, window)
        return count, mean, squares
    older = row[counts + slot + 1]
    total = older + count
    if total == 0.0:
        return 0.0, 0.0, 0.0
    older_mean = row[means + slot + 1]
    delta = mean - older_mean
    joined = row[spreads + slot + 1] + squares + delta * delta * (older * count / total)
    return total, older_mean + delta * (count / total), joined


@compiled_without_allocation
def _larger(a: float, b: float) -> float:
    """The larger of two; NaN when either is."""
    return a if a > b or math.isnan(a) else b


@compiled_without_allocation
def _close_block(row: Any, counts: int, window: int) -> None:
    """Turn the stored rows of a complete block into moments from each row to the block's end."""
    means = counts + window
    spreads = means + window
    count = 0.0
    mean = 0.0
    squares = 0.0
    for back in range(window - 1, -1, -1):
        counted = row[counts + back]
        if counted != 0.0:
            value = row[means + back]
            count += counted
            delta = value - mean
            mean += delta / count
            squares += delta * (value - mean)
        row[counts + back] = count
        row[means + back] = mean
        row[spreads + back] = squares
