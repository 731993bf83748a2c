"""Which bars a model can speak on, and how long each of its features has been silent."""

import math
from typing import Any

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.numerics.compiled import compiled


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
