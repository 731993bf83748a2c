"""The contracts of the things users add: features, signals, models and strategies.

One `advance` serves a file of a million bars and a stream of one: state is carried inside,
and `snapshot`/`restore` move it. A NaN input row resets what it feeds: a window never spans
a gap.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar

from alphastrike.domain.blocks import (
    FeatureBlock,
    Floats,
    ForecastBlock,
    MarketBlock,
    PredictionBlock,
)
from alphastrike.domain.series import CANDLE_INPUTS
from alphastrike.domain.settings import Settings

ConfigT = TypeVar("ConfigT", bound=Settings)


class Monitor(Enum):
    """How the validator watches a feature: distribution tests, or only its declared range."""

    DISTRIBUTION = "distribution"
    RANGE_ONLY = "range_only"


class Availability(Enum):
    """When a feature's value is known: with the bar's close, or when its inputs have been published."""

    CLOSE = "close of the bar"
    PUBLICATION = "publication of its inputs"


class Category(Enum):
    """The twelve categories of weak signals."""

    ORDER_FLOW = "order_flow"
    MICROSTRUCTURE = "microstructure"
    VOLATILITY = "volatility"
    CORRELATION = "correlation"
    SENTIMENT = "sentiment"
    SEASONALITY = "seasonality"
    STATISTICAL = "statistical"
    PRICE_ACTION = "price_action"
    VOLUME = "volume"
    DERIVATIVES = "derivatives"
    ALTERNATIVE = "alternative"
    MACRO = "macro"


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """A feature's declaration. `lookback_hours` holds at every bar size; bounds are inclusive.

    `inputs` are candle columns and names of series. With `cadence_hours` the feature is computed on
    candles of that length, joined from shorter ones, and its value stands until the next such candle
    closes; 0 computes it at every bar. `across_symbols` says that it reads other symbols' rows, and then
    it may need one of them, `needs_symbol`, or `least_symbols` of them.
    """

    name: str
    unit: str
    lookback_hours: float
    inputs: tuple[str, ...]
    monitor: Monitor = Monitor.DISTRIBUTION
    lowest: float = -1e12
    highest: float = 1e12
    cadence_hours: float = 0.0
    across_symbols: bool = False
    needs_symbol: str = ""
    least_symbols: int = 1

    @property
    def series(self) -> tuple[str, ...]:
        """The inputs that are no candle columns."""
        return tuple(name for name in self.inputs if name not in CANDLE_INPUTS)

    @property
    def available_at(self) -> Availability:
        """When the value of a bar is known."""
        return Availability.PUBLICATION if self.series else Availability.CLOSE


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """A signal's declaration: what it reads and how far ahead it looks.

    `abstains` says when it abstains although all it reads is known; empty for never.
    """

    name: str
    category: Category
    features: tuple[str, ...]
    horizon_hours: float
    abstains: str = ""


class FeatureFold(Protocol):
    """A feature of a fixed set of symbols at a fixed interval, with its state.

    A value needs `lookback_bars` unbroken rows, its own included. Rows older than `lookback_bars +
    fade_bars` change nothing worth 1e-9 of it, and not one bit when `fade_bars` is 0.
    """

    lookback_bars: int
    fade_bars: int

    def advance(self, block: MarketBlock, out: Floats) -> None:
        """Fold the block's bars into the state and write the feature to `out` (symbols, bars)."""
        ...

    def snapshot(self) -> bytes:
        """The whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ...


class Feature(Protocol):
    """A feature plugin."""

    spec: FeatureSpec

    def build(self, symbols: tuple[str, ...], interval_ms: int) -> FeatureFold:
        """A fresh fold for these symbols."""
        ...


class Signal(Protocol):
    """A signal plugin: a pure function of the features of the same bar."""

    spec: SignalSpec

    def votes(self, features: FeatureBlock) -> Floats:
        """Votes in [-1, 1] as (symbols, bars); the sign is the predicted direction.

        NaN abstains: an input is missing. 0 is an answer, "no opinion": heard, but never scored.
        """
        ...


class Model(Protocol):
    """Stage 5: features in, probability out."""

    features: tuple[str, ...]

    def advance(self, features: FeatureBlock) -> PredictionBlock:
        """Predict every bar of the block; NaN where the model has no vote."""
        ...

    def snapshot(self) -> bytes:
        """The whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ...


class Strategy(Protocol):
    """Stage 6: features and prediction in, forecast out. `max_holding_hours` 0 means no time stop."""

    name: str
    features: tuple[str, ...]
    max_holding_hours: float

    def advance(self, features: FeatureBlock, prediction: PredictionBlock) -> ForecastBlock:
        """Judge every bar of the block."""
        ...

    def snapshot(self) -> bytes:
        """The whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ...


class StrategyPlugin(Protocol[ConfigT]):
    """A strategy plugin: the object `plugin` of a module or of a user's own file."""

    name: str
    Config: type[ConfigT]

    def features(self, config: ConfigT, signals: tuple[Signal, ...]) -> tuple[str, ...]:
        """Names of the features the strategy will read when built with these."""
        ...

    def build(
        self,
        config: ConfigT,
        symbols: tuple[str, ...],
        interval_ms: int,
        round_trip_cost: float,
        signals: tuple[Signal, ...],
    ) -> Strategy:
        """A fresh strategy. `round_trip_cost` is fees and slippage in and out, of notional."""
        ...
