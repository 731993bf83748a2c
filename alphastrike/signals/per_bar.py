"""A strategy written as plain Python, one bar of one symbol at a time.

    class Contrarian:
        features = ("rsi_14h",)

        def forecast(self, bar: Bar) -> float:
            return -1.0 if bar["rsi_14h"] > 70 else 1.0 if bar["rsi_14h"] < 30 else 0.0

    plugin = per_bar("contrarian", Contrarian)

Convenient, not fast: a few microseconds a bar and symbol.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, SupportsFloat

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, ForecastBlock, PredictionBlock
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import Signal, Strategy, StrategyPlugin
from alphastrike.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Bar:
    """A closed candle of one symbol with the features asked for: `bar["rsi_14h"]`."""

    symbol: str
    open_time_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    features: Mapping[str, float]

    def __getitem__(self, feature: str) -> float:
        """The feature's value at this bar's close."""
        return self.features[feature]


class PerBarStrategy(Protocol):
    """What a user writes. Each symbol gets an instance of its own; what it keeps on itself is state.

    `forecast` is called for every bar whose candle and `features` are all known, oldest first,
    and answers in [-1, 1]: the sign is the direction, the size the conviction, 0 or NaN no opinion.
    Attributes must be plain values (numbers, text, lists, dicts) so that they can be saved.
    """

    features: tuple[str, ...]

    def forecast(self, bar: Bar) -> float:
        """The direction of the next bars."""
        ...


class PerBarSettings(Settings):
    """Nothing to set from the configuration file."""


def per_bar(
    name: str, create: Callable[[], PerBarStrategy], max_holding_hours: float = 0.0
) -> StrategyPlugin[PerBarSettings]:
    """The plugin of such a class. `max_holding_hours` is a time stop, 0 for none."""
    return _PerBarPlugin(name, create, max_holding_hours)


class _PerBarPlugin:
    Config = PerBarSettings

    def __init__(self, name: str, create: Callable[[], PerBarStrategy], max_holding_hours: float) -> None:
        self.name = name
        self._create = create
        self._max_holding_hours = max_holding_hours

    def features(self, config: PerBarSettings, signals: tuple[Signal, ...]) -> tuple[str, ...]:  # noqa: ARG002
        names = self._create().features
        if isinstance(names, str):
            raise ConfigError(f"strategy {self.name}: features {names!r}, allowed a tuple: ({names!r},)")
        return tuple(names)

    def build(
        self,
        config: PerBarSettings,  # noqa: ARG002
        symbols: tuple[str, ...],
        interval_ms: int,  # noqa: ARG002
        round_trip_cost: float,  # noqa: ARG002
        signals: tuple[Signal, ...],  # noqa: ARG002
    ) -> Strategy:
        strategies = tuple(self._create() for _ in symbols)
        return _PerBarAdapter(self.name, strategies, self._max_holding_hours)


class _PerBarAdapter:
    """Walks a block bar by bar and asks each symbol's instance."""

    def __init__(self, name: str, strategies: tuple[PerBarStrategy, ...], max_holding_hours: float) -> None:
        self.name = name
        self.features: tuple[str, ...] = tuple(strategies[0].features)
        self.max_holding_hours = max_holding_hours
        self._strategies = strategies

    def advance(self, features: FeatureBlock, prediction: PredictionBlock) -> ForecastBlock:  # noqa: ARG002
        shape = features.market.close.shape
        forecast = np.full(shape, np.nan)
        known = np.isfinite(features.market.close)
        for name in self.features:
            known &= np.isfinite(features.feature(name))
        rows = _Rows(features, self.features)
        for bar, symbol in np.argwhere(known.T).tolist():
            forecast[symbol, bar] = self._asked(symbol, rows.bar(symbol, bar))
        size = np.abs(forecast)
        usable = (size > 0.0) & (size <= 1.0)
        features.halts.halt(~usable, Code.NO_FORECAST, size, 1.0)
        return ForecastBlock(
            forecast=np.where(usable, forecast, np.nan),
            conviction=np.where(usable, 100.0 * size, 0.0),
            regime=np.zeros(shape, dtype=np.int8),
            regimes=("none",),
            halts=features.halts,
        )

    def _asked(self, symbol: int, bar: Bar) -> float:
        try:
            return _number(self._strategies[symbol].forecast(bar))
        except Exception as error:
            opened = np.datetime_as_string(np.datetime64(bar.open_time_ms, "ms"), unit="m")
            error.add_note(f"for {bar.symbol}, the candle of {opened} UTC")
            raise

    def snapshot(self) -> bytes:
        try:
            return json.dumps([vars(strategy) for strategy in self._strategies]).encode()
        except TypeError as error:
            raise ConfigError(
                f"strategy {self.name}: its attributes cannot be saved ({error}); "
                "allowed: numbers, text, lists and dicts; change the class"
            ) from error

    def restore(self, state: bytes) -> None:
        for strategy, saved in zip(self._strategies, json.loads(state), strict=True):
            vars(strategy).clear()
            vars(strategy).update(saved)


def _number(answer: object) -> float:
    if not isinstance(answer, SupportsFloat):
        raise TypeError(f"forecast answered {answer!r}, which is no number")
    return float(answer)


class _Rows:
    """A block as Python numbers, for quick reading one by one."""

    def __init__(self, features: FeatureBlock, names: tuple[str, ...]) -> None:
        market = features.market
        self._symbols = market.symbols
        self._times = market.open_time_ms.tolist()
        self._candles = [
            column.tolist() for column in (market.open, market.high, market.low, market.close, market.volume)
        ]
        self._names = names
        self._features = [features.feature(name).tolist() for name in names]

    def bar(self, symbol: int, bar: int) -> Bar:
        opened, high, low, close, volume = (column[symbol][bar] for column in self._candles)
        values = (column[symbol][bar] for column in self._features)
        return Bar(
            symbol=self._symbols[symbol],
            open_time_ms=self._times[bar],
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume,
            features=dict(zip(self._names, values, strict=True)),
        )
