"""Generate the synthetic market: candles, funding, and the truth that was planted in them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import interval_ms
from alphastrike.marketdata.synthetic.alphas import Planting, make_planting, observed
from alphastrike.marketdata.synthetic.background import make_background
from alphastrike.marketdata.synthetic.config import AlphaSettings, SyntheticConfig
from alphastrike.marketdata.synthetic.funding import settle_funding
from alphastrike.marketdata.synthetic.grid import Grid, make_grid
from alphastrike.marketdata.synthetic.regimes import REGIMES
from alphastrike.marketdata.synthetic.symbol import SymbolSteps, simulate_symbol


@dataclass(frozen=True, slots=True)
class PlantedAlpha:
    """Truth and appearance of an alpha, (symbols, bars), both known at the close of the bar.

    The sign of `signal` predicts the return of the next `settings.horizon_hours` with the planted
    accuracy. `observed` is what its channel shows: taker imbalance, a noisy book, a past return.
    """

    settings: AlphaSettings
    signal: Floats
    observed: Floats


@dataclass(frozen=True, slots=True)
class SyntheticMarket:
    """`regime` (bars,) indexes `regimes`; `premium` (symbols, bars) is perpetual over index at the close."""

    label: str
    history: CandleHistory
    funding: FundingHistory
    planted: tuple[PlantedAlpha, ...]
    regimes: tuple[str, ...]
    regime: NDArray[np.int8]
    premium: Floats


def generate(config: SyntheticConfig) -> SyntheticMarket:
    """The market of `config`: the same settings give the same bytes."""
    grid = make_grid(config)
    background = make_background(config, grid)
    planting = make_planting(config.alphas, grid.step_hours, grid.steps)
    canvas = _Canvas(config, grid)
    for row, symbol in enumerate(canvas.symbols):
        canvas.paint(row, simulate_symbol(config, background, planting, symbol), planting)
    return SyntheticMarket(
        label=config.label,
        history=canvas.history(),
        funding=settle_funding(canvas.symbols, grid.open_time_ms, grid.step_ms, canvas.premium),
        planted=tuple(
            PlantedAlpha(alpha, canvas.signal[k], canvas.seen[k]) for k, alpha in enumerate(config.alphas)
        ),
        regimes=REGIMES,
        regime=background.regime[:: grid.per_bar].copy(),
        premium=canvas.premium[:, grid.per_bar - 1 :: grid.per_bar].copy(),
    )


def driftless_random_walk(config: SyntheticConfig) -> SyntheticMarket:
    """The same symbols and seed as a plain random walk whose expected price is today's price.

    Constant volatility, no jumps, no alphas, no crash: whatever trades it can only lose its costs.
    """
    plain = {
        "name": "synthetic driftless random walk",
        "alphas": (),
        "drift": "none",
        "volatility": "constant",
        "jumps_per_day": 0.0,
        "crash": None,
    }
    return generate(config.model_copy(update=plain))


class _Canvas:
    """The arrays of the whole market, filled one symbol at a time to keep memory low."""

    def __init__(self, config: SyntheticConfig, grid: Grid) -> None:
        self.symbols = tuple(sorted(config.symbols))
        self.interval_ms = interval_ms(config.interval)
        self.grid = grid
        shape = (len(self.symbols), grid.bars)
        self.columns = [np.empty(shape) for _ in range(6)]
        self.premium = np.empty((len(self.symbols), grid.steps))
        self.signal = [np.empty(shape) for _ in config.alphas]
        self.seen = [np.empty(shape) for _ in config.alphas]

    def paint(self, row: int, steps: SymbolSteps, planting: Planting) -> None:
        per_bar, bars = self.grid.per_bar, self.grid.bars
        opened, high, low, close, volume, bought = self.columns
        opened[row] = steps.open[::per_bar]
        high[row] = steps.high.reshape(bars, per_bar).max(axis=1)
        low[row] = steps.low.reshape(bars, per_bar).min(axis=1)
        close[row] = steps.close[per_bar - 1 :: per_bar]
        volume[row] = steps.volume.reshape(bars, per_bar).sum(axis=1)
        bought[row] = steps.taker_buy_volume.reshape(bars, per_bar).sum(axis=1)
        self.premium[row] = steps.premium
        last = slice(per_bar - 1, None, per_bar)
        for k in range(len(self.signal)):
            self.signal[k][row] = steps.leads.signals[k][last]
            self.seen[k][row] = observed(planting, k, steps.leads, steps.log_close)[last]

    def history(self) -> CandleHistory:
        opened, high, low, close, volume, bought = self.columns
        return CandleHistory(
            symbols=self.symbols,
            interval_ms=self.interval_ms,
            open_time_ms=self.grid.open_time_ms[:: self.grid.per_bar].copy(),
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume,
            taker_buy_volume=bought,
        )
