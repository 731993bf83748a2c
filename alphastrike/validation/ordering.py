"""Sorting that keeps the way back: which value comes first, second, third."""

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled

_DIGITS = 6  # of 11 bits each, enough for 64
_BASE = 2048


@compiled
def ascending_order(values: Floats) -> NDArray[np.int64]:
    """Indices that sort finite values; equal values keep their order. A radix sort on the bits."""
    size = values.size
    sign = np.uint64(1) << np.uint64(63)
    bits = values.view(np.uint64)
    keys, spare_keys = np.empty(size, dtype=np.uint64), np.empty(size, dtype=np.uint64)
    order, spare_order = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    for i in range(size):
        # Flipped so that the bits rise with the value: all of a negative's, only a positive's sign.
        keys[i] = ~bits[i] if bits[i] & sign else bits[i] | sign
        order[i] = i
    place = np.empty(_BASE, dtype=np.int64)
    for digit in range(_DIGITS):
        _count_digits(keys, digit, place)
        shift = np.uint64(11 * digit)
        for i in range(size):
            at = (keys[i] >> shift) & np.uint64(_BASE - 1)
            spare_keys[place[at]] = keys[i]
            spare_order[place[at]] = order[i]
            place[at] += 1
        keys, spare_keys = spare_keys, keys
        order, spare_order = spare_order, order
    return order


@compiled
def _count_digits(keys: NDArray[np.uint64], digit: int, place: NDArray[np.int64]) -> None:
    # Leaves in `place` where the first key of each digit goes.
    for d in range(_BASE):
        place[d] = 0
    shift = np.uint64(11 * digit)
    for key in keys:
        place[(key >> shift) & np.uint64(_BASE - 1)] += 1
    start = 0
    for d in range(_BASE):
        count = place[d]
        place[d] = start
        start += count
