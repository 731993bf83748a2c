"""The features of one cadence: computed on candles of at least that length, held in between."""

import numpy as np

from alphastrike.domain.blocks import Floats, HaltGrid, Integers, MarketBlock
from alphastrike.domain.plugins import Feature
from alphastrike.domain.series import CANDLE_INPUTS, is_flow
from alphastrike.features.kernel_joining import PARTIAL_WIDTH, hold, join_candles, join_flow


class Pace:
    """Folds that advance together, every `stride` bars.

    A value needs `needed_bars` unbroken bars, whatever the first of them: enough to hold as many whole
    candles of the cadence as the fold's look-back.
    """

    def __init__(
        self, features: tuple[Feature, ...], symbols: tuple[str, ...], interval_ms: int, stride: int
    ) -> None:
        """Fresh folds of these features."""
        self._stride = stride
        self._symbols = symbols
        self._interval_ms = interval_ms * stride
        self._folds = tuple(feature.build(symbols, interval_ms * stride) for feature in features)
        self._series = tuple(sorted({name for feature in features for name in feature.spec.series}))
        self._partial = np.full((len(symbols), PARTIAL_WIDTH), np.nan)
        self._sums = np.full((len(self._series), len(symbols)), np.nan)
        self._held = np.full((len(self._folds), len(symbols)), np.nan)
        self._needed = np.array(self.needed_bars, dtype=np.float64)

    @property
    def needed_bars(self) -> tuple[int, ...]:
        """Unbroken bars that each feature needs, the last one's own included."""
        if self._stride == 1:
            return tuple(fold.lookback_bars for fold in self._folds)
        return tuple((fold.lookback_bars + 1) * self._stride - 1 for fold in self._folds)

    def advance(self, block: MarketBlock, unbroken: Floats, rows: Integers, out: Floats) -> None:
        """Write each feature to its row of `out` (all features, symbols, bars).

        `unbroken` (symbols, bars) counts usable bars in a row.
        """
        if self._stride == 1:
            for fold, row in zip(self._folds, rows.tolist(), strict=True):
                fold.advance(block, out[row])
            return
        first = int(block.open_time_ms[0]) * self._stride // self._interval_ms
        joined = self._joined(block, first)
        bars = joined.open_time_ms.size
        values = np.empty((len(self._folds), len(self._symbols), bars))
        if bars:
            for fold, told in zip(self._folds, values, strict=True):
                fold.advance(joined, told)
        hold(first, self._stride, self._needed, unbroken, values, self._held, rows, out)

    def snapshot(self) -> list[bytes]:
        """The whole state, in parts."""
        return [array.tobytes() for array in self._arrays()] + [fold.snapshot() for fold in self._folds]

    def restore(self, parts: list[bytes]) -> None:
        """Go back to a snapshot of the same features and symbols."""
        arrays = self._arrays()
        for array, part in zip(arrays, parts[: len(arrays)], strict=True):
            array[...] = np.frombuffer(part).reshape(array.shape)
        for fold, part in zip(self._folds, parts[len(arrays) :], strict=True):
            fold.restore(part)

    @property
    def parts(self) -> int:
        """How many parts a snapshot has."""
        return len(self._arrays()) + len(self._folds)

    def _arrays(self) -> tuple[Floats, ...]:
        return (self._partial, self._sums, self._held)

    def _joined(self, block: MarketBlock, first: int) -> MarketBlock:
        """The long candles that close within the block."""
        stride, shape = self._stride, block.close.shape
        start = first // stride
        bars = (first + shape[1]) // stride - start
        columns = np.empty((len(CANDLE_INPUTS), shape[0], bars))
        join_candles(
            first, stride, tuple(getattr(block, name) for name in CANDLE_INPUTS), self._partial, columns
        )
        series = {
            name: self._joined_series(row, block.series[name], first, bars)
            for row, name in enumerate(self._series)
            if name in block.series
        }
        return MarketBlock(
            block.symbols,
            self._interval_ms,
            (start + np.arange(bars, dtype=np.int64)) * self._interval_ms,
            *columns,  # type: ignore[misc]
            halts=HaltGrid(shape[0], bars),
            series=series,
        )

    def _joined_series(self, row: int, values: Floats, first: int, bars: int) -> Floats:
        stride = self._stride
        if not is_flow(self._series[row]):
            return np.ascontiguousarray(values[:, (stride - 1 - first) % stride :: stride])
        out = np.empty((values.shape[0], bars))
        join_flow(first, stride, values, self._sums[row], out)
        return out
