"""Stretches of market time that flow through stages 2 to 6, one bar or many at once.

Arrays are float64 with shape (symbols, bars) and rows in the order of `symbols`, which is
sorted. The same functions see one bar from a stream and thousands from a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.outcomes import Code

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class HaltGrid:
    """The first halt of each (symbol, bar): its code, the value observed and the limit."""

    __slots__ = ("code", "limit", "observed")

    def __init__(self, symbols: int, bars: int) -> None:
        """Start with nothing halted."""
        self.code = np.zeros((symbols, bars), dtype=np.int16)
        self.observed = np.zeros((symbols, bars))
        self.limit = np.zeros((symbols, bars))

    def halt(
        self, where: NDArray[np.bool_], code: Code, observed: Floats | float, limit: Floats | float
    ) -> None:
        """Halt the cells in `where` that still pass; an earlier stage's halt stands."""
        fresh = where & (self.code == 0)
        if not fresh.any():
            return
        np.copyto(self.code, code.value, where=fresh)
        np.copyto(self.observed, observed, where=fresh)
        np.copyto(self.limit, limit, where=fresh)


@dataclass(frozen=True, slots=True)
class CandleHistory:
    """Candles of several symbols on one regular time grid; NaN where a symbol has no candle.

    `open_time_ms` (bars,) rises by exactly `interval_ms`. Volumes are base units;
    `taker_buy_volume` is NaN where the source lacks it. `series` holds what is known beside candles, by
    name (see `domain.series`), each (symbols, bars), as of the close of each bar; NaN is unknown or stale.
    """

    symbols: tuple[str, ...]
    interval_ms: int
    open_time_ms: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    taker_buy_volume: Floats
    series: Mapping[str, Floats] = field(default_factory=dict)

    def block(self, start: int, stop: int) -> "MarketBlock":
        """Bars [start, stop), candles as views, with a fresh halt grid."""
        return MarketBlock(
            symbols=self.symbols,
            interval_ms=self.interval_ms,
            open_time_ms=self.open_time_ms[start:stop],
            open=self.open[:, start:stop],
            high=self.high[:, start:stop],
            low=self.low[:, start:stop],
            close=self.close[:, start:stop],
            volume=self.volume[:, start:stop],
            taker_buy_volume=self.taker_buy_volume[:, start:stop],
            halts=HaltGrid(len(self.symbols), stop - start),
            series={
                name: np.ascontiguousarray(values[:, start:stop]) for name, values in self.series.items()
            },
        )


@dataclass(frozen=True, slots=True)
class MarketBlock:
    """Consecutive instants of the market view; see `CandleHistory` for the columns.

    After the gateway a row that may not be used is NaN in every column and halted.
    """

    symbols: tuple[str, ...]
    interval_ms: int
    open_time_ms: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    taker_buy_volume: Floats
    halts: HaltGrid
    series: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeatureBlock:
    """Named numbers of each symbol and bar: `values` has shape (features, symbols, bars).

    NaN is warm-up or a missing input. `halts` is the same grid the market block carries. `size_cut`
    (symbols, bars) is the share of its usual size that a new position goes without; None cuts nothing.
    """

    market: MarketBlock
    names: tuple[str, ...]
    values: Floats
    halts: HaltGrid
    size_cut: Floats | None = None

    def feature(self, name: str) -> Floats:
        """One feature as (symbols, bars), a view."""
        column: Floats = self.values[self.names.index(name)]
        return column


@dataclass(frozen=True, slots=True)
class PredictionBlock:
    """The model's probability that the price rises, (symbols, bars); NaN is no vote.

    `shadow` is what a model without a vote would have said, for the record.
    """

    probability_up: Floats
    halts: HaltGrid
    shadow: Floats | None = None


@dataclass(frozen=True, slots=True)
class SignalTrace:
    """What each signal said and what its word weighed, for the record.

    `values` (signals, symbols, bars), NaN = abstained. `weight`, `accuracy`, `samples`, `state`
    are (signals, bars) as of each bar; states are `signals.decay` names by index. `alert` is 1
    where a signal is persistently wrong. `probability_up` (symbols, bars) is what the votes imply,
    calibrated; NaN where nobody with weight votes.
    """

    names: tuple[str, ...]
    categories: tuple[str, ...]
    states: tuple[str, ...]
    values: Floats
    weight: Floats
    accuracy: Floats
    samples: Floats
    state: NDArray[np.int8]
    alert: NDArray[np.int8]
    probability_up: Floats


@dataclass(frozen=True, slots=True)
class ForecastBlock:
    """Stage 6's word: `forecast` in [-1, 1] signed, `conviction` in [0, 100], both (symbols, bars).

    `regime` indexes `regimes`. A halted cell's numbers are still the strategy's, for the record.
    `surplus` (symbols, bars) is what a position is expected to bring over `horizon_hours` beyond getting
    in and out, as a fraction of notional; None from a strategy that does not say.
    """

    forecast: Floats
    conviction: Floats
    regime: NDArray[np.int8]
    regimes: tuple[str, ...]
    halts: HaltGrid
    trace: SignalTrace | None = None
    surplus: Floats | None = None
    horizon_hours: Floats | None = None


@dataclass(frozen=True, slots=True)
class DecisionBlock:
    """All that stages 7 and 8 need of the market: stage 6's word with price and volatility.

    `atr_fraction` (symbols, bars) is average true range over close. `daily_volatility` (bars,)
    is the market's, a fraction per day, NaN when unknown.
    """

    market: MarketBlock
    forecast: ForecastBlock
    atr_fraction: Floats
    daily_volatility: Floats
    features: FeatureBlock
