"""A logarithmic change in units of its own volatility."""

import math
from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.smoothing import EWMA_WIDTH, ewma_step

_NEGLIGIBLE = 1e-12


def standardized_change_width(length: int) -> int:
    """State columns of `standardized_change` over `length` rows."""
    return 1 + EWMA_WIDTH + length


@compiled_without_allocation
def deviation_step(row: Any, at: int, decay: float, warm: int, change: float) -> float:
    """Root of the exponentially weighted mean square of changes; NaN in warm-up and when it is zero."""
    variance = ewma_step(row, at, decay, warm, change * change)
    return math.sqrt(variance) if variance > _NEGLIGIBLE * _NEGLIGIBLE else math.nan


@compiled_without_allocation
def standardized_change(first: int, columns: Any, parameters: Any, state: Any, out: Any) -> None:
    """Write ln(x_t / x_{t-k}) / (sigma_t sqrt(k)); sigma is that of one-row changes, through t.

    `parameters` are k, the decay of sigma per row and its warm-up rows, which must be at least k:
    it is sigma's warm-up that keeps the change from reaching over a gap.
    """
    (values,) = columns
    length, decay, warm = parameters
    delayed = 1 + EWMA_WIDTH
    scale = math.sqrt(length)
    for series in range(values.shape[0]):
        row = state[series]
        slot = first % length
        for bar in range(values.shape[1]):
            value = values[series, bar]
            sigma = deviation_step(row, 1, decay, warm, math.log(value / row[0]))
            row[0] = value
            old = row[delayed + slot]
            row[delayed + slot] = value
            out[series, bar] = math.log(value / old) / (sigma * scale)
            slot += 1
            if slot == length:
                slot = 0
