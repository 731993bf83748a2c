"""The embedded market as paper trading lives through it: a past for the warm-up, then one close at a time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import only_symbols
from alphastrike.backtest.stepping import candles_at
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.live.pacing import Waits
from alphastrike.live.parts import Heard

_DAY_HOURS, _HOUR_MS = 24, 3_600_000


@dataclass(frozen=True, slots=True)
class PaperMarket:
    """What a paper run is built on. `instruments` None are read off prices."""

    past: CandleHistory
    funding: FundingHistory
    instruments: tuple[UnifiedInstrument, ...] | None
    first_open_ms: int
    label: str
    is_synthetic: bool


class PaperFeed(Protocol):
    """The market from the first close on."""

    def closes(self, earlier: Sequence[Heard], bars: int) -> AsyncIterator[Heard]:
        """`bars` closes in all: those an earlier process heard first, at once; then the new ones."""
        ...


class EmbeddedFeed:
    """Bars of a generated market, each when its time has come.

    While a review is being answered it goes no faster than real time: a market whose pace is anyone's
    choice would outrun every model.
    """

    def __init__(self, history: CandleHistory, first_bar: int, pace: Waits) -> None:
        """Deliver this history from `first_bar` on."""
        self._history = history
        self._first_bar = first_bar
        self._pace = pace

    async def closes(self, earlier: Sequence[Heard], bars: int) -> AsyncIterator[Heard]:
        """See `PaperFeed`; ends with the history."""
        for heard in earlier[:bars]:
            yield heard
        start = self._first_bar + len(earlier)
        bar_s = self._history.interval_ms / 1_000
        await self._pace.settle(bar_s)
        for bar in range(start, min(self._first_bar + bars, self._history.open_time_ms.size)):
            candles = candles_at(self._history, bar)
            await self._pace.until(candles.close_time_ms)
            yield Heard(candles)
            await self._pace.settle(bar_s)


def embedded_market(config: AlphaStrikeConfig, pace: Waits) -> tuple[PaperMarket, EmbeddedFeed]:
    """The synthetic market of the configured seed and interval, warm-up included."""
    from alphastrike.marketdata.synthetic.config import embedded_default  # noqa: PLC0415 - slow to import
    from alphastrike.marketdata.synthetic.market import generate  # noqa: PLC0415 - slow to import

    paper = config.paper
    settings = embedded_default().model_copy(
        update={
            "seed": config.backtest.seed,
            "interval": paper.interval,
            "length_hours": (paper.warm_up_days + paper.most_days) * _DAY_HOURS,
        }
    )
    made = generate(settings)
    history, funding = made.history, made.funding
    if config.data.symbols:
        history, funding = only_symbols(history, funding, config.data.symbols)
    first_open_ms = int(history.open_time_ms[0]) + paper.warm_up_days * _DAY_HOURS * _HOUR_MS
    first_bar = int(np.searchsorted(history.open_time_ms, first_open_ms))
    past = _first_bars(history, first_bar)
    market = PaperMarket(past, funding, None, first_open_ms, made.label, is_synthetic=True)
    return market, EmbeddedFeed(history, first_bar, pace)


def _first_bars(history: CandleHistory, bars: int) -> CandleHistory:
    block = history.block(0, bars)
    return CandleHistory(
        block.symbols, block.interval_ms, block.open_time_ms, block.open, block.high, block.low,
        block.close, block.volume, block.taker_buy_volume, block.series,
    )  # fmt: skip
