"""The baseline strategy: long while the fast average is above the slow one, short while below."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, ForecastBlock, PredictionBlock
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import Signal, Strategy
from alphastrike.domain.settings import Settings

_GAP = "ema_gap_12_26"


class EmaCrossConfig(Settings):
    """Nothing to set: the spans 12 and 26 are the baseline."""


class EmaCrossStrategy:
    """Always in the market with full conviction; the only "no" is averages that are equal or unknown."""

    name = "ema_cross"
    features: tuple[str, ...] = (_GAP,)
    max_holding_hours = 0.0

    def advance(self, features: FeatureBlock, prediction: PredictionBlock) -> ForecastBlock:  # noqa: ARG002
        """The sign of EMA12 - EMA26 at every close."""
        gap = features.feature(_GAP)
        forecast = np.sign(gap)
        undecided = ~(np.abs(forecast) > 0.0)
        conviction = np.full(gap.shape, 100.0)
        if undecided.any():
            features.halts.halt(undecided, Code.NO_FORECAST, 0.0, 1.0)
            forecast[undecided] = np.nan
            conviction[undecided] = 0.0
        return ForecastBlock(
            forecast=forecast,
            conviction=conviction,
            regime=np.zeros(gap.shape, dtype=np.int8),
            regimes=("none",),
            halts=features.halts,
        )

    def snapshot(self) -> bytes:
        """Nothing: the averages live in the features."""
        return b""

    def restore(self, state: bytes) -> None:
        """Nothing to go back to."""


class EmaCrossPlugin:
    """How the baseline is built; it needs no signals and pays no heed to costs."""

    name = "ema_cross"
    Config = EmaCrossConfig

    def features(self, config: EmaCrossConfig, signals: tuple[Signal, ...]) -> tuple[str, ...]:  # noqa: ARG002
        """The gap between the two averages."""
        return (_GAP,)

    def build(
        self,
        config: EmaCrossConfig,  # noqa: ARG002
        symbols: tuple[str, ...],  # noqa: ARG002
        interval_ms: int,  # noqa: ARG002
        round_trip_cost: float,  # noqa: ARG002
        signals: tuple[Signal, ...],  # noqa: ARG002
    ) -> Strategy:
        """The strategy; nothing to configure."""
        return EmaCrossStrategy()


plugin = EmaCrossPlugin()
