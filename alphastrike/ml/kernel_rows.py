"""Laying features out as the rows a model reads, and counting how long one has been silent."""

import math
from typing import Any

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.numerics.compiled import compiled

_TILE = 64  # bars whose values stay in the processor's nearest memory while they are turned


@compiled
def note_silence(
    values: Floats, columns: Integers, silent: Integers, limit: int, speaks: Any, longest: Integers
) -> None:
    """Mark in `speaks` (symbols, bars) where every column of the model has a value.

    `values` is (features, symbols, bars). `silent` (columns, symbols) counts bars in a row without
    a value and is carried on; `longest` (symbols, bars) gets the largest count above `limit`, else 0.
    """
    for s in range(values.shape[1]):
        for t in range(values.shape[2]):
            speaks[s, t] = True
            longest[s, t] = 0
        for c in range(columns.size):
            row = values[columns[c], s]
            count = silent[c, s]
            for t in range(row.size):
                if abs(row[t]) < math.inf:
                    count = 0
                    continue
                count += 1
                speaks[s, t] = False
                if count > limit and count > longest[s, t]:
                    longest[s, t] = count
            silent[c, s] = count


@compiled
def lay_rows(values: Floats, columns: Integers, cells: Integers, out: Floats) -> None:
    """Write row i of `out` (rows, columns): the columns of cell `cells[i]` = symbol x bars + bar."""
    bars = values.shape[2]
    for first in range(0, cells.size, _TILE):
        last = min(first + _TILE, cells.size)
        for c in range(columns.size):
            table = values[columns[c]]
            for i in range(first, last):
                out[i, c] = table[cells[i] // bars, cells[i] % bars]
