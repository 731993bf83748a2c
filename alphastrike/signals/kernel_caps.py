"""Shares of the score within their caps: no signal and no category may carry it alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled_without_allocation

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@compiled_without_allocation
def fill_to_cap(shares: Floats, count: int, cap: float) -> None:
    """Cut each of the first `count` shares to `cap` of their sum, pour the excess over the others.

    In place, in proportion; the sum stays. A cap too low for so few shares becomes equal shares.
    """
    total = 0.0
    for i in range(count):
        total += shares[i]
    limit = max(cap, 1.0 / count) * total
    for _ in range(count):
        excess = 0.0
        free = 0.0
        for i in range(count):
            if shares[i] > limit:
                excess += shares[i] - limit
                shares[i] = limit
            elif shares[i] < limit:
                free += shares[i]
        if excess <= 1e-15 * total or not free > 0.0:
            return
        for i in range(count):
            if shares[i] < limit:
                shares[i] *= (free + excess) / free


@compiled_without_allocation
def _cap_categories(totals: Floats, granted: Floats, cap: float) -> float:
    """Weight granted to each category after its cap; their sum."""
    present = 0
    whole = 0.0
    for c in range(totals.shape[0]):
        if totals[c] > 0.0:
            granted[present] = totals[c]
            whole += totals[c]
            present += 1
    fill_to_cap(granted, present, cap)
    for c in range(totals.shape[0] - 1, -1, -1):
        granted[c] = 0.0 if not totals[c] > 0.0 else granted[present - 1]
        present -= 1 if totals[c] > 0.0 else 0
    return whole


@compiled_without_allocation
def spread(
    shares: Floats, kinds: Whole, count: int, totals: Floats, granted: Floats, members: Floats, rule: Any
) -> None:
    """Shares of the score after both caps, first between categories, then inside each; they sum to 1."""
    whole = _cap_categories(totals, granted, rule["category_cap"])
    for c in range(totals.shape[0]):
        if not granted[c] > 0.0:
            continue
        inside = 0
        for i in range(count):
            if kinds[i] == c:
                members[inside] = shares[i] * granted[c] / totals[c]
                inside += 1
        fill_to_cap(members, inside, rule["signal_cap"] * whole / granted[c])
        inside = 0
        for i in range(count):
            if kinds[i] == c:
                shares[i] = members[inside] / whole
                inside += 1
