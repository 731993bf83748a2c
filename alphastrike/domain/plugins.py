"""The contracts of the things users add: features, signals, models and strategies.

One `advance` serves a file of a million bars and a stream of one: state is carried inside,
and `snapshot`/`restore` move it. A NaN input row resets what it feeds: a window never spans
a gap.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from alphastrike.domain.blocks import (
    FeatureBlock,
    Floats,
    ForecastBlock,
    MarketBlock,
    PredictionBlock,
)


class Monitor(Enum):
    """How the validator watches a feature: distribution tests, or only its declared range."""

    DISTRIBUTION = "distribution"
    RANGE_ONLY = "range_only"


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
    """A feature's declaration. `lookback_hours` holds at every bar size; bounds are inclusive."""

    name: str
    unit: str
    lookback_hours: float
    inputs: tuple[str, ...]
    monitor: Monitor = Monitor.DISTRIBUTION
    lowest: float = -1e12
    highest: float = 1e12


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """A signal's declaration: what it reads and how far ahead it looks."""

    name: str
    category: Category
    features: tuple[str, ...]
    horizon_hours: float


class FeatureFold(Protocol):
    """A feature of a fixed set of symbols at a fixed interval, with its state."""

    lookback_bars: int

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
        """Votes in [-1, 1] as (symbols, bars); NaN abstains. Sign is the predicted direction."""
        ...


class Model(Protocol):
    """Stage 5: features in, probability out."""

    features: tuple[str, ...]

    def advance(self, features: FeatureBlock) -> PredictionBlock:
        """Predict every bar of the block; NaN where the model has no vote."""
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
