"""Long series made short enough to draw, without losing a peak or a trough."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats

POINTS = 3_000

Indices = NDArray[np.int64]


def extremes(values: Floats, points: int = POINTS) -> Indices:
    """Rows to draw: lowest and highest of `points / 2` equal buckets, first and last, in order.

    A series of at most `points` rows is kept whole. A bucket of NaN keeps one row: a visible gap.
    """
    length = values.size
    buckets = max(1, points // 2 - 1)
    if length <= points:
        return np.arange(length)
    width = -(-length // buckets)
    padded = np.full(width * (-(-length // width)), np.nan)
    padded[:length] = values
    grid = padded.reshape(-1, width)
    offset = np.arange(grid.shape[0]) * width
    unknown = np.isnan(grid)
    lowest = offset + np.argmin(np.where(unknown, np.inf, grid), axis=1)
    highest = offset + np.argmax(np.where(unknown, -np.inf, grid), axis=1)
    return np.unique(np.concatenate(([0], lowest, highest, [length - 1])))


def largest(size: Floats, buckets: int, points: int) -> Indices:
    """Rows of the largest events, at most `points`, spread in time: the largest of each bucket of rows.

    With at most `points` rows every row is kept.
    """
    length = size.size
    if length <= points:
        return np.arange(length)
    each = max(1, points // buckets)
    bucket = np.arange(length) * buckets // length
    order = np.lexsort((-size, bucket))
    rank = np.arange(length) - np.searchsorted(bucket, bucket)
    return np.sort(order[rank < each])


def packed(values: NDArray[Any], kind: str = "f4") -> dict[str, str]:
    """A numeric column in the chart library's compact form (base64 of little-endian numbers)."""
    raw = np.ascontiguousarray(values, dtype=np.dtype(f"<{kind}")).tobytes()
    return {"dtype": kind, "bdata": base64.b64encode(raw).decode("ascii")}
