"""Stages 2 to 6: the part of the pipeline that depends on the market alone.

A backtest pushes a long block through, a stream pushes one bar; it is the same call.
"""

from dataclasses import dataclass

import numpy as np

from alphastrike.domain.blocks import DecisionBlock, Floats, MarketBlock
from alphastrike.domain.plugins import Strategy
from alphastrike.engine.stages import Features, Gateway, ModelSlot, Validator


@dataclass(frozen=True, slots=True)
class MarketStages:
    """The five stages in their order."""

    gateway: Gateway
    features: Features
    validator: Validator
    model: ModelSlot
    strategy: Strategy

    def advance(self, block: MarketBlock) -> DecisionBlock:
        """Candles in, a forecast or a halt for every symbol and bar out."""
        market = self.gateway.advance(block)
        features = self.features.advance(market)
        valid = self.validator.advance(features)
        prediction = self.model.advance(valid)
        forecast = self.strategy.advance(valid, prediction)
        return DecisionBlock(
            market=market,
            forecast=forecast,
            atr_fraction=features.feature("atr_14"),
            daily_volatility=market_volatility(features.feature("daily_volatility")),
            features=valid,
        )


def market_volatility(daily_volatility: Floats) -> Floats:
    """Median over symbols of each bar's daily volatility (fraction a day); NaN when none is known."""
    known = np.isfinite(daily_volatility)
    ranked = np.sort(np.where(known, daily_volatility, np.inf), axis=0)
    count = known.sum(axis=0)
    middle = np.maximum(count - 1, 0)
    columns = np.arange(ranked.shape[1])
    median = 0.5 * (ranked[middle // 2, columns] + ranked[(middle + 1) // 2, columns])
    return np.where(count > 0, median, np.nan)
