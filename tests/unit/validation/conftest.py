"""Feature blocks and validators for the tests of stage 4."""

from collections.abc import Callable

import numpy as np
import pytest

from alphastrike.domain.blocks import FeatureBlock, Floats, HaltGrid, MarketBlock
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.plugins import FeatureSpec, Monitor
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.stage import ValidationStage


def _block(values: Floats, first_bar: int, interval_ms: int = HOUR_MS) -> FeatureBlock:
    features, symbols, bars = values.shape
    names = tuple(f"feature_{i}" for i in range(features))
    silent = np.full((symbols, bars), np.nan)
    market = MarketBlock(
        symbols=tuple(f"S{i}USDT" for i in range(symbols)),
        interval_ms=interval_ms,
        open_time_ms=(first_bar + np.arange(bars)) * interval_ms,
        open=silent,
        high=silent,
        low=silent,
        close=silent,
        volume=silent,
        taker_buy_volume=silent,
        halts=HaltGrid(symbols, bars),
    )
    return FeatureBlock(market=market, names=names, values=values, halts=market.halts)


def _stage(
    monitors: tuple[Monitor, ...],
    required: tuple[str, ...] = (),
    symbols: int = 1,
    interval_ms: int = HOUR_MS,
    cadence_hours: float = 0.0,
    **config: object,
) -> ValidationStage:
    specs = tuple(
        FeatureSpec(
            f"feature_{i}",
            "sd",
            24.0,
            ("close",),
            monitor,
            lowest=-1e6,
            highest=1e6,
            cadence_hours=cadence_hours,
        )
        for i, monitor in enumerate(monitors)
    )
    names = tuple(f"S{i}USDT" for i in range(symbols))
    return ValidationStage(specs, required, names, interval_ms, ValidationConfig(**config))


def _ar1(phi: float, shape: tuple[int, ...], seed: int) -> Floats:
    """Stationary standard AR(1) series along the last axis."""
    noise = np.random.default_rng(seed).standard_normal(shape)
    series = np.empty(shape)
    series[..., 0] = noise[..., 0]
    for t in range(1, shape[-1]):
        series[..., t] = phi * series[..., t - 1] + np.sqrt(1.0 - phi * phi) * noise[..., t]
    return series


@pytest.fixture
def block() -> Callable[..., FeatureBlock]:
    return _block


@pytest.fixture
def stage() -> Callable[..., ValidationStage]:
    return _stage


@pytest.fixture
def ar1() -> Callable[..., Floats]:
    return _ar1
