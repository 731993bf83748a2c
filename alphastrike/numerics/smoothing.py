"""Exponential smoothing as explicit folds: half-life, span and Wilder's.

A step works on the slice of one symbol's state `row` that starts at `at`. A NaN value resets it:
the value is NaN and the next number starts afresh. A state of all NaN is fresh. Older rows never
drop out entirely; `fade_rows` says how many make what they leave negligible.
"""

import math
from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation

EWMA_WIDTH = 3
WILDER_WIDTH = 2


def half_life_decay(half_life: float) -> float:
    """Decay per row so that a row's weight halves every `half_life` rows."""
    return float(0.5 ** (1.0 / half_life))


def span_decay(span: int) -> float:
    """Decay per row of an average with smoothing factor 2 / (span + 1)."""
    return (span - 1) / (span + 1)


def fade_rows(decay: float) -> int:
    """Rows after which an older row's weight has fallen to 1e-12 of its own."""
    return 0 if decay <= 0.0 else math.ceil(math.log(1e-12) / math.log(decay))


@compiled_without_allocation
def ewma_step(row: Any, at: int, decay: float, warm: int, value: float) -> float:
    """Exponentially weighted mean, weights summing to one; NaN before `warm` values in a row.

    It equals the plain recursion once the start has faded, and before that it is the properly
    weighted mean of what has been seen, not a mix with whatever value came first.
    """
    mean = row[at]
    if math.isnan(mean) or math.isnan(value):
        mean = value
        weight = 1.0
        count = 1.0
    else:
        weight = decay * row[at + 1] + 1.0
        count = row[at + 2] + 1.0
        mean += (value - mean) / weight
    row[at] = mean
    row[at + 1] = weight
    row[at + 2] = count
    return mean if count >= warm else math.nan


@compiled_without_allocation
def wilder_step(row: Any, at: int, rows: int, warm: int, value: float) -> float:
    """Wilder's average: the mean of the first `rows` values, then a 1 / `rows` share of each new one.

    NaN before `warm` values in a row. Source: J. W. Wilder, New Concepts in Technical Trading
    Systems (1978).
    """
    mean = row[at]
    if math.isnan(mean) or math.isnan(value):
        mean = value
        count = 1.0
    else:
        count = row[at + 1] + 1.0
        mean += (value - mean) / min(count, float(rows))
    row[at] = mean
    row[at + 1] = count
    return mean if count >= warm else math.nan
