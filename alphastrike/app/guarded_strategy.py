"""A strategy nobody here wrote, held to its contract.

What it raises becomes a message with file and line. What it answers is checked before compiled code
reads it. The market it sees cannot be written to, and what earlier stages halted stays halted.
"""

import math
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import FeatureBlock, ForecastBlock, PredictionBlock
from alphastrike.domain.errors import AlphaStrikeError, ConfigError, StrategyError
from alphastrike.domain.outcomes import Code, Stage
from alphastrike.domain.plugins import Signal, Strategy, StrategyPlugin
from alphastrike.domain.settings import Settings

_LONGEST_HOURS = 1e6
_OWN_CODES = np.array([0, *(code.value for code in Code if code.stage is Stage.STRATEGY)])
_Answer = TypeVar("_Answer")


def raised(error: BaseException, file: Path | None = None) -> str:
    """What somebody's code raised, on one line, with the innermost place, in `file` when given."""
    text = str(error).partition("\n")[0][:200]
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    frames = list(traceback.extract_tb(error.__traceback__))
    if file is not None:
        frames = [frame for frame in frames if Path(frame.filename).resolve() == file.resolve()]
    place = [f"{Path(frame.filename).name} line {frame.lineno}" for frame in frames[-1:]]
    return ", ".join((said, *place, *getattr(error, "__notes__", ())))


class GuardedPlugin:
    """A strategy plugin that can only fail with a message. `file` is where its code is, when known."""

    def __init__(self, plugin: StrategyPlugin[Any], file: Path | None = None) -> None:
        """Stand in for `plugin`."""
        self.name = plugin.name
        self.Config: type[Settings] = plugin.Config
        self._plugin = plugin
        self._file = file

    def features(self, config: Settings, signals: tuple[Signal, ...]) -> tuple[str, ...]:
        """Names of the features it reads; `ConfigError` when they are no names."""
        names = self._asked("its features", lambda: tuple(self._plugin.features(config, signals)))
        if not all(isinstance(name, str) for name in names):
            raise ConfigError(self._wrong(f"features {names!r}", "a tuple of names such as ('rsi_14h',)"))
        return names

    def build(
        self,
        config: Settings,
        symbols: tuple[str, ...],
        interval_ms: int,
        round_trip_cost: float,
        signals: tuple[Signal, ...],
    ) -> Strategy:
        """The strategy, guarded."""
        strategy = self._asked(
            "to be built",
            lambda: self._plugin.build(config, symbols, interval_ms, round_trip_cost, signals),
        )
        hours = getattr(strategy, "max_holding_hours", None)
        if not (isinstance(hours, int | float) and math.isfinite(hours) and 0 <= hours <= _LONGEST_HOURS):
            allowed = f"hours from 0, which is no time stop, to {_LONGEST_HOURS:,.0f}"
            raise ConfigError(self._wrong(f"max_holding_hours {hours!r}", allowed))
        return self._asked("its name and features", lambda: GuardedStrategy(strategy, self))

    def broken(self, observed: str, allowed: str) -> StrategyError:
        """The error that stops a run."""
        return StrategyError(self._wrong(observed, allowed) + "; nothing was written")

    def failed(self, error: BaseException) -> StrategyError:
        """The error that stops a run because the strategy raised this one."""
        return self.broken(raised(error, self._file), "a forecast for every bar, NaN for no opinion")

    def _asked(self, what: str, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return ask()
        except AlphaStrikeError:
            raise
        except (Exception, SystemExit) as error:  # somebody else's code may raise anything
            observed = raised(error, self._file)
            raise ConfigError(self._wrong(f"{observed}, asked for {what}", "an answer")) from error

    def _wrong(self, observed: str, allowed: str) -> str:
        whose = f" ({self._file})" if self._file else ""
        return (
            f"strategy {self.name}{whose}\n  observed: {observed}\n  allowed:  {allowed}\n"
            "  to do:    correct the strategy"
        )


class GuardedStrategy:
    """The strategy of a `GuardedPlugin`; see the module."""

    def __init__(self, strategy: Strategy, plugin: GuardedPlugin) -> None:
        """Stand in for `strategy`."""
        self.name = strategy.name
        self.features = strategy.features
        self.max_holding_hours = strategy.max_holding_hours
        self._strategy = strategy
        self._plugin = plugin

    def advance(self, features: FeatureBlock, prediction: PredictionBlock) -> ForecastBlock:
        """Ask it, and check the answer; `StrategyError` when it broke its contract."""
        before = features.halts.code.copy()
        try:
            answer = self._strategy.advance(_read_only(features), prediction)
        except AlphaStrikeError:
            raise
        except (Exception, SystemExit) as error:  # somebody else's code may raise anything
            raise self._plugin.failed(error) from error
        return self._checked(answer, features, before)

    def snapshot(self) -> bytes:
        """The strategy's own state."""
        return self._strategy.snapshot()

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        self._strategy.restore(state)

    def _checked(self, answer: object, features: FeatureBlock, before: NDArray[np.int16]) -> ForecastBlock:
        if not isinstance(answer, ForecastBlock):
            raise self._plugin.broken(f"an answer of type {type(answer).__name__}", "a ForecastBlock")
        shape = features.market.close.shape
        answer = replace(
            answer,
            forecast=self._array("forecast", answer.forecast, shape, np.float64),
            conviction=self._array("conviction", answer.conviction, shape, np.float64),
            regime=self._array("regime", answer.regime, shape, np.int8),
            surplus=self._optional("surplus", answer.surplus, shape),
            horizon_hours=self._optional("horizon_hours", answer.horizon_hours, shape),
        )
        if ((answer.regime < 0) | (answer.regime >= len(answer.regimes))).any():
            allowed = f"0 to {len(answer.regimes) - 1}, a place in its regimes"
            raise self._plugin.broken(f"regime {answer.regime.min()} to {answer.regime.max()}", allowed)
        halts = features.halts
        added = np.where(before != 0, 0, halts.code)
        if answer.halts is not halts or (halts.code != before)[before != 0].any():
            raise self._plugin.broken("halts of earlier stages that were lifted", "to add halts")
        if not np.isin(added, _OWN_CODES).all():
            raise self._plugin.broken(f"halt code {added.max()}", "codes of stage 6, 601 to 606")
        usable = (np.abs(answer.forecast) <= 1.0) & (answer.conviction >= 0.0) & (answer.conviction <= 100.0)
        halts.halt(~usable, Code.NO_FORECAST, answer.forecast, 1.0)
        return answer

    def _optional(self, name: str, values: object, shape: tuple[int, ...]) -> NDArray[Any] | None:
        return None if values is None else self._array(name, values, shape, np.float64)

    def _array(self, name: str, values: object, shape: tuple[int, ...], kind: type[Any]) -> NDArray[Any]:
        found = np.shape(values) if isinstance(values, np.ndarray) else type(values).__name__
        if found != shape:
            raise self._plugin.broken(f"{name} of shape {found}", f"an array of shape {shape}: symbols, bars")
        return np.ascontiguousarray(values, dtype=kind)


def _read_only(features: FeatureBlock) -> FeatureBlock:
    """The same numbers behind arrays that refuse to be written to; halts may still be added."""
    market = features.market
    seen = replace(
        market,
        open_time_ms=_view(market.open_time_ms),
        open=_view(market.open),
        high=_view(market.high),
        low=_view(market.low),
        close=_view(market.close),
        volume=_view(market.volume),
        taker_buy_volume=_view(market.taker_buy_volume),
        series={name: _view(values) for name, values in market.series.items()},
    )
    return replace(features, market=seen, values=_view(features.values))


def _view(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view
