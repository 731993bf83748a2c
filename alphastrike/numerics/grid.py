"""Numbers on a decimal grid: ticks and lots without binary dust."""

import math

from alphastrike.numerics.compiled import compiled

# A quotient this close to a whole number is that number: it absorbs the rounding of one division.
_SNAP = 1e-9
# Every whole number up to here is a float64; one more would be counted wrong, far more would not fit.
MOST_STEPS = 2**53


@compiled
def on_grid(count: float, step: float) -> float:
    """`count` steps as the float64 nearest to the exact decimal product."""
    if step < 1.0:
        inverse = round(1.0 / step)
        if abs(inverse * step - 1.0) < _SNAP:
            return count / inverse
    return count * step


@compiled
def floor_to_grid(value: float, step: float) -> float:
    """The largest multiple of `step` not above `value`."""
    return on_grid(math.floor(value / step + _SNAP), step)


@compiled
def ceil_to_grid(value: float, step: float) -> float:
    """The smallest multiple of `step` not below `value`."""
    return on_grid(math.ceil(value / step - _SNAP), step)


@compiled
def whole_steps(value: float, step: float) -> int:
    """How many whole steps fit into `value` >= 0, at most `MOST_STEPS`; 0 when NaN or below one step."""
    if not value >= step:
        return 0
    steps = value / step + _SNAP
    return math.floor(steps) if steps < MOST_STEPS else MOST_STEPS
