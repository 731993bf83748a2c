"""Short candles joined into longer ones, and values that stand until the next of those closes."""

import math
from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation

PARTIAL_WIDTH = 6
_HIGH, _LOW, _OPEN, _VOLUME, _TAKER, _COUNT = 0, 1, 2, 3, 4, 5


@compiled_without_allocation
def join_candles(first: int, stride: int, columns: Any, state: Any, out: Any) -> None:
    """Write to `out` (six, series, long rows) every long candle that closes; NaN when a part is missing.

    `columns` are O H L C V and taker buys of the short rows, the first of them number `first`.
    """
    opening, high, low, close, volume, taker = columns
    for series in range(close.shape[0]):
        row = state[series]
        phase = first % stride
        written = 0
        for bar in range(close.shape[1]):
            if phase == 0:
                row[_OPEN] = opening[series, bar]
                row[_HIGH] = high[series, bar]
                row[_LOW] = low[series, bar]
                row[_VOLUME] = volume[series, bar]
                row[_TAKER] = taker[series, bar]
                row[_COUNT] = 1.0
            else:
                row[_HIGH] = max(row[_HIGH], high[series, bar])
                row[_LOW] = min(row[_LOW], low[series, bar])
                row[_VOLUME] += volume[series, bar]
                row[_TAKER] += taker[series, bar]
                row[_COUNT] += 1.0
            if math.isnan(close[series, bar]):
                row[_COUNT] = math.nan
            phase += 1
            if phase == stride:
                phase = 0
                is_whole = row[_COUNT] == stride
                out[0, series, written] = row[_OPEN] if is_whole else math.nan
                out[1, series, written] = row[_HIGH] if is_whole else math.nan
                out[2, series, written] = row[_LOW] if is_whole else math.nan
                out[3, series, written] = close[series, bar] if is_whole else math.nan
                out[4, series, written] = row[_VOLUME] if is_whole else math.nan
                out[5, series, written] = row[_TAKER] if is_whole else math.nan
                written += 1


@compiled_without_allocation
def join_flow(first: int, stride: int, values: Any, state: Any, out: Any) -> None:
    """Write to `out` (series, long rows) the sum of each long row's short ones."""
    for series in range(values.shape[0]):
        phase = first % stride
        written = 0
        for bar in range(values.shape[1]):
            value = values[series, bar]
            state[series] = value if phase == 0 else state[series] + value
            phase += 1
            if phase == stride:
                phase = 0
                out[series, written] = state[series]
                written += 1


@compiled_without_allocation
def hold(
    first: int, stride: int, needed: Any, unbroken: Any, values: Any, held: Any, rows: Any, out: Any
) -> None:
    """Repeat each long row's value from its last short row on; NaN before `needed` unbroken short rows.

    `values` (features, series, long rows) go to `rows` of `out` (all features, series, short rows).
    """
    for feature in range(values.shape[0]):
        told = out[rows[feature]]
        for series in range(told.shape[0]):
            phase = first % stride
            read = 0
            value = held[feature, series]
            for bar in range(told.shape[1]):
                phase += 1
                if phase == stride:
                    phase = 0
                    value = values[feature, series, read]
                    read += 1
                told[series, bar] = value if unbroken[series, bar] >= needed[feature] else math.nan
            held[feature, series] = value
