"""A compiled recursion over rows together with the state it carries."""

import struct
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled_without_allocation

Floats = NDArray[np.float64]
Kernel = Callable[[int, tuple[Any, ...], tuple[Any, ...], Floats, Floats], None]


class Rows(Protocol):
    """Consecutive rows on a regular time grid, with named columns (series, rows)."""

    @property
    def interval_ms(self) -> int:
        """Milliseconds from one row to the next."""
        ...

    @property
    def open_time_ms(self) -> NDArray[np.int64]:
        """Start of each row."""
        ...

    @property
    def close(self) -> Floats:
        """The column that every set of rows has."""
        ...


class Fold:
    """One row of float64 state a series, folded over named columns by a compiled kernel.

    `kernel(first, columns, parameters, state, out)` gets the absolute number of the first row,
    the columns as a tuple of (series, rows) arrays, `parameters` as given here, the state (series,
    `width`), all NaN when fresh, and writes `out` (series, rows). A value needs `lookback_bars`
    rows, its own included; rows older than `lookback_bars + fade_bars` change nothing worth
    1e-9 of it, and nothing at all when `fade_bars` is 0.
    """

    def __init__(
        self,
        kernel: Kernel,
        columns: tuple[str, ...],
        parameters: tuple[Any, ...],
        shape: tuple[int, int],
        *,
        lookback_bars: int,
        fade_bars: int = 0,
    ) -> None:
        """A fresh fold with state of `shape` (series, width)."""
        self.lookback_bars = lookback_bars
        self.fade_bars = fade_bars
        self._kernel = kernel
        self._columns = columns
        self._parameters = parameters
        self._state = np.full(shape, np.nan)

    def advance(self, block: Rows, out: Floats) -> None:
        """Fold the block's rows into the state and write one value for each."""
        first = int(block.open_time_ms[0]) // block.interval_ms
        columns = tuple(_column(block, name) for name in self._columns)
        self._kernel(first, columns, self._parameters, self._state, out)

    def snapshot(self) -> bytes:
        """The whole state."""
        return self._state.tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of a fold of the same shape; `ValueError` for another's."""
        self._state[...] = np.frombuffer(state).reshape(self._state.shape)


def _column(block: Rows, name: str) -> Floats:
    """A column of the rows; NaN everywhere for one that they do not have."""
    column: Floats | None = getattr(block, name, None)
    if column is None:
        column = getattr(block, "series", {}).get(name)
    return np.full(block.close.shape, np.nan) if column is None else column


def pack(parts: Sequence[bytes]) -> bytes:
    """Several snapshots as one."""
    return b"".join(struct.pack("<q", len(part)) + part for part in parts)


def unpack(packed: bytes) -> list[bytes]:
    """The snapshots that `pack` joined, in their order."""
    parts = []
    at = 0
    while at < len(packed):
        (length,) = struct.unpack_from("<q", packed, at)
        parts.append(packed[at + 8 : at + 8 + length])
        at += 8 + length
    return parts


@compiled_without_allocation
def streaks(values: Any, counts: Any, out: Any) -> None:
    """Rows in a row that are not NaN, up to and including each; `counts` (series,) carries on."""
    for series in range(values.shape[0]):
        count = counts[series]
        for bar in range(values.shape[1]):
            count = 0.0 if np.isnan(values[series, bar]) else count + 1.0
            out[series, bar] = count
        counts[series] = count
