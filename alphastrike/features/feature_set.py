"""Stage 3 itself: every enabled feature of every symbol, bar by bar or many bars at once."""

from collections.abc import Collection
from difflib import get_close_matches

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats, HaltGrid, MarketBlock
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import stride_of
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import Feature, FeatureSpec
from alphastrike.features.pace import Pace
from alphastrike.numerics.folds import pack, streaks, unpack

_NEVER = np.iinfo(np.int64).min


class FeatureSet:
    """Stage 3: market view in, named numbers out, ordered by name.

    A symbol halts with `WARM_UP` until it has as many unbroken candles as the look-back of the
    `required` features needs; a required feature that is NaN later is the validator's to judge.
    Bars that skip ahead start every feature afresh, like a NaN row; bars already seen are not
    folded again and come back NaN.
    """

    def __init__(
        self,
        features: tuple[Feature, ...],
        symbols: tuple[str, ...],
        interval_ms: int,
        required: tuple[str, ...],
    ) -> None:
        """Build the features for these symbols; `ConfigError` when a required name is not among them."""
        self._features = tuple(sorted(features, key=lambda feature: feature.spec.name))
        self._symbols = symbols
        self._interval_ms = interval_ms
        self._names = tuple(feature.spec.name for feature in self._features)
        strides = [stride_of(feature.spec.cadence_hours, interval_ms) for feature in self._features]
        self._order = np.argsort(strides, kind="stable")
        self._groups = tuple((stride, strides.count(stride)) for stride in sorted(set(strides)))
        self._paces = self._fresh_paces()
        self._unbroken = np.zeros(len(symbols))
        self._last_open_ms = _NEVER
        self._check_names(required)
        self._needed_bars = self._by_name()
        self._warm_up_bars = max((self._needed_bars[name] for name in required), default=1)

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of `FeatureBlock.values`."""
        return self._names

    @property
    def specs(self) -> tuple[FeatureSpec, ...]:
        """Their declarations, in the same order."""
        return tuple(feature.spec for feature in self._features)

    @property
    def lookback_bars(self) -> int:
        """Bars the longest look-back needs, required or not, its own bar included."""
        return max(self._needed_bars.values(), default=1)

    def lookback_within(self, bars: int, among: Collection[str]) -> int:
        """The longest look-back of at most `bars` of the named ones, and never less than `warm_up_bars`."""
        within = [self._needed_bars[name] for name in among if self._needed_bars[name] <= bars]
        return max(self._warm_up_bars, *within, 1)

    @property
    def warm_up_bars(self) -> int:
        """Bars the longest look-back among the required features needs, its own bar included."""
        return self._warm_up_bars

    def advance(self, block: MarketBlock) -> FeatureBlock:
        """Compute every feature of the block's bars; NaN in warm-up, at NaN rows and for missing input."""
        values = np.empty((len(self._features), *block.close.shape))
        unbroken = np.zeros(block.close.shape)
        seen = int(np.searchsorted(block.open_time_ms, self._last_open_ms, side="right"))
        values[:, :, :seen] = np.nan
        if seen < block.open_time_ms.size:
            fresh = block if seen == 0 else _from_bar(block, seen)
            self._follow(fresh)
            streaks(fresh.close, self._unbroken, unbroken[:, seen:])
            self._fold(fresh, unbroken[:, seen:], values[:, :, seen:])
        block.halts.halt(unbroken < self._warm_up_bars, Code.WARM_UP, unbroken, float(self._warm_up_bars))
        return FeatureBlock(market=block, names=self._names, values=values, halts=block.halts)

    def snapshot(self) -> bytes:
        """The whole state."""
        place = np.array([self._last_open_ms], dtype=np.int64).tobytes()
        parts = [part for pace in self._paces for part in pace.snapshot()]
        return pack([place, self._unbroken.tobytes(), *parts])

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of the same features and symbols."""
        place, unbroken, *parts = unpack(state)
        self._last_open_ms = int(np.frombuffer(place, dtype=np.int64)[0])
        self._unbroken[...] = np.frombuffer(unbroken)
        for pace in self._paces:
            pace.restore(parts[: pace.parts])
            del parts[: pace.parts]

    def _fold(self, block: MarketBlock, unbroken: Floats, values: Floats) -> None:
        """Advance every pace over the block's bars."""
        done = 0
        for pace, (_, count) in zip(self._paces, self._groups, strict=True):
            rows = self._order[done : done + count]
            pace.advance(block, unbroken, rows, values)
            done += count

    def _follow(self, block: MarketBlock) -> None:
        """Start afresh when the block does not begin where the last one ended."""
        continues = int(block.open_time_ms[0]) == self._last_open_ms + self._interval_ms
        if self._last_open_ms != _NEVER and not continues:
            self._paces = self._fresh_paces()
            self._unbroken[...] = 0.0
        self._last_open_ms = int(block.open_time_ms[-1])

    def _fresh_paces(self) -> tuple[Pace, ...]:
        paces: list[Pace] = []
        done = 0
        for stride, count in self._groups:
            features = tuple(self._features[row] for row in self._order[done : done + count])
            paces.append(Pace(features, self._symbols, self._interval_ms, stride))
            done += count
        return tuple(paces)

    def _by_name(self) -> dict[str, int]:
        needed = [bars for pace in self._paces for bars in pace.needed_bars]
        return {self._names[row]: bars for row, bars in zip(self._order, needed, strict=True)}

    def _check_names(self, required: tuple[str, ...]) -> None:
        for name in required:
            if name not in self._names:
                near = get_close_matches(name, self._names, n=3)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                allowed = ", ".join(self._names)
                raise ConfigError(f"features: observed {name!r}, allowed one of {allowed}{hint}")
        for name in self._names:
            if self._names.count(name) > 1:
                raise ConfigError(f"features: {name!r} is declared by two plugins; enable only one of them")


def _from_bar(block: MarketBlock, start: int) -> MarketBlock:
    """The block's bars from `start` on, copied, with a halt grid of their own."""
    return MarketBlock(
        symbols=block.symbols,
        interval_ms=block.interval_ms,
        open_time_ms=block.open_time_ms[start:],
        open=np.ascontiguousarray(block.open[:, start:]),
        high=np.ascontiguousarray(block.high[:, start:]),
        low=np.ascontiguousarray(block.low[:, start:]),
        close=np.ascontiguousarray(block.close[:, start:]),
        volume=np.ascontiguousarray(block.volume[:, start:]),
        taker_buy_volume=np.ascontiguousarray(block.taker_buy_volume[:, start:]),
        halts=HaltGrid(len(block.symbols), block.open_time_ms.size - start),
        series={name: np.ascontiguousarray(values[:, start:]) for name, values in block.series.items()},
    )
