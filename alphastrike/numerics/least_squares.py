"""Small systems of linear equations, solved in place, for folds that fit a line or a few lags."""

import math
from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation


def system_width(unknowns: int) -> int:
    """State columns a system of so many unknowns takes: its matrix and its right side."""
    return unknowns * (unknowns + 1)


@compiled_without_allocation
def clear_system(row: Any, at: int, unknowns: int, ridge: float) -> None:
    """Start normal equations with `ridge` on the diagonal."""
    width = unknowns + 1
    for index in range(unknowns * width):
        row[at + index] = 0.0
    for index in range(unknowns):
        row[at + index * width + index] = ridge


@compiled_without_allocation
def solve_system(row: Any, at: int, unknowns: int) -> bool:
    """Solve the symmetric positive system in place; the solution stands in the last column.

    Gauss-Jordan without pivoting, which such systems do not need. False when it is not positive.
    """
    width = unknowns + 1
    for pivot in range(unknowns):
        scale = row[at + pivot * width + pivot]
        if not scale > 0.0:
            return False
        for column in range(pivot, width):
            row[at + pivot * width + column] /= scale
        for other in range(unknowns):
            factor = row[at + other * width + pivot]
            if other != pivot and factor != 0.0:
                for column in range(pivot, width):
                    row[at + other * width + column] -= factor * row[at + pivot * width + column]
    return True


@compiled_without_allocation
def autoregression(count: float, total: float, squares: float, before: float, lagged: float) -> float:
    """Slope of x_t on x_{t-1} from sums over a window: of x, x squared, x_{t-1} and x_t x_{t-1}."""
    mean = total / count
    spread = squares - total * mean
    return (lagged - before * mean) / spread if spread > 0.0 else math.nan
