"""A strategy whose only property is how often it trades: long and short in turn, `every_bars` each."""

import numpy as np
from pydantic import Field

from alphastrike.domain.blocks import FeatureBlock, ForecastBlock, PredictionBlock
from alphastrike.domain.plugins import Signal, Strategy
from alphastrike.domain.settings import Settings


class FlipConfig(Settings):
    every_bars: int = Field(1_000, ge=1, description="bars until the position turns")


class FlipStrategy:
    name = "flip"
    features: tuple[str, ...] = ()
    max_holding_hours = 0.0

    def __init__(self, every_bars: int) -> None:
        self._every_bars = every_bars

    def advance(self, features: FeatureBlock, prediction: PredictionBlock) -> ForecastBlock:  # noqa: ARG002
        market = features.market
        number = market.open_time_ms // market.interval_ms // self._every_bars
        shape = market.close.shape
        return ForecastBlock(
            forecast=np.broadcast_to(1.0 - 2.0 * (number % 2), shape).copy(),
            conviction=np.full(shape, 100.0),
            regime=np.zeros(shape, dtype=np.int8),
            regimes=("none",),
            halts=features.halts,
        )

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None: ...


class FlipPlugin:
    name = "flip"
    Config = FlipConfig

    def features(self, config: FlipConfig, signals: tuple[Signal, ...]) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def build(
        self,
        config: FlipConfig,
        symbols: tuple[str, ...],  # noqa: ARG002
        interval_ms: int,  # noqa: ARG002
        round_trip_cost: float,  # noqa: ARG002
        signals: tuple[Signal, ...],  # noqa: ARG002
    ) -> Strategy:
        return FlipStrategy(config.every_bars)


plugin = FlipPlugin()
