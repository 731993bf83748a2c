"""The default ensemble, asked in full and then overruled: at each close one symbol turns, in turn.

So that there is an order to time at every close, whatever the market does.
"""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, ForecastBlock, PredictionBlock
from alphastrike.domain.plugins import Signal, Strategy
from alphastrike.signals.config import SignalsConfig
from alphastrike.signals.ensemble import EnsemblePlugin


class RoundRobin:
    name = "round_robin"
    max_holding_hours = 0.0

    def __init__(self, ensemble: Strategy) -> None:
        self._ensemble = ensemble
        self.features = ensemble.features

    def advance(self, features: FeatureBlock, prediction: PredictionBlock) -> ForecastBlock:
        before = features.halts.code.copy()
        said = self._ensemble.advance(features, prediction)
        said.halts.code[:] = before
        market = features.market
        symbols = len(market.symbols)
        number = market.open_time_ms // market.interval_ms
        turns = (number[None, :] - np.arange(symbols)[:, None]) // symbols
        return ForecastBlock(
            forecast=1.0 - 2.0 * (turns % 2).astype(float),
            conviction=np.full(market.close.shape, 100.0),
            regime=said.regime,
            regimes=said.regimes,
            halts=said.halts,
            trace=said.trace,
        )

    def snapshot(self) -> bytes:
        return self._ensemble.snapshot()

    def restore(self, state: bytes) -> None:
        self._ensemble.restore(state)


class RoundRobinPlugin(EnsemblePlugin):
    name = "round_robin"

    def build(
        self,
        config: SignalsConfig,
        symbols: tuple[str, ...],
        interval_ms: int,
        round_trip_cost: float,
        signals: tuple[Signal, ...],
    ) -> Strategy:
        return RoundRobin(super().build(config, symbols, interval_ms, round_trip_cost, signals))


plugin = RoundRobinPlugin()
