"""Small markets and feature blocks for the tests of stage 6."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory, FeatureBlock, MarketBlock, PredictionBlock
from alphastrike.domain.intervals import HOUR_MS

Rows = Sequence[Sequence[float]]


@pytest.fixture
def a_market() -> Callable[..., MarketBlock]:
    """Build a market from closes (symbols, bars); the open is the close before unless given."""

    def build(closes: Rows, opens: Rows | None = None, interval_ms: int = HOUR_MS, first_bar: int = 0):
        close = np.array(closes, dtype=float)
        opened = np.roll(close, 1, axis=1) if opens is None else np.array(opens, dtype=float)
        symbols, bars = close.shape
        return CandleHistory(
            symbols=tuple(f"S{row:02d}USDT" for row in range(symbols)),
            interval_ms=interval_ms,
            open_time_ms=(first_bar + np.arange(bars, dtype=np.int64)) * interval_ms,
            open=opened,
            high=np.fmax(opened, close),
            low=np.fmin(opened, close),
            close=close,
            volume=np.where(np.isnan(close), np.nan, 1.0),
            taker_buy_volume=np.where(np.isnan(close), np.nan, 0.5),
        ).block(0, bars)

    return build


@pytest.fixture
def a_feature_block(a_market: Callable[..., MarketBlock]) -> Callable[..., FeatureBlock]:
    """Build features by name, each (symbols, bars), on a flat market unless one is given."""

    def build(values: Mapping[str, Rows], market: MarketBlock | None = None) -> FeatureBlock:
        table = np.array(list(values.values()), dtype=float)
        market = market if market is not None else a_market(np.full(table.shape[1:], 100.0))
        return FeatureBlock(market=market, names=tuple(values), values=table, halts=market.halts)

    return build


@pytest.fixture
def no_prediction() -> Callable[[FeatureBlock], PredictionBlock]:
    """A prediction block in which the model has nothing to say."""
    return lambda block: PredictionBlock(np.full(block.market.close.shape, np.nan), block.halts)
