"""The market that paper trading lives through: its past for the warm-up, its future one close at a time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import numpy as np

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import only_symbols
from alphastrike.backtest.stepping import candles_at
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.events import CandlesClosed
from alphastrike.domain.funding import FundingHistory
from alphastrike.live.pacing import Waits

_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class PaperMarket:
    """A recorded or generated market; bars before `first_bar` are its past."""

    history: CandleHistory
    funding: FundingHistory
    first_bar: int
    label: str

    @property
    def first_open_ms(self) -> int:
        """When the first close that is traded on opened."""
        return int(self.history.open_time_ms[self.first_bar])

    def lived(self, bars: int) -> CandleHistory:
        """What has been traded through, as a history of its own."""
        block = self.history.block(self.first_bar, self.first_bar + bars)
        return CandleHistory(
            block.symbols, block.interval_ms, block.open_time_ms, block.open, block.high, block.low,
            block.close, block.volume, block.taker_buy_volume, block.series,
        )  # fmt: skip

    async def closes(
        self, earlier: Sequence[CandlesClosed], pace: Waits, bars: int
    ) -> AsyncIterator[CandlesClosed]:
        """`bars` closes in all: those an earlier process heard at once, the rest when their time has come."""
        for candles in earlier[:bars]:
            yield candles
        start = self.first_bar + len(earlier)
        for bar in range(start, min(self.first_bar + bars, self.history.open_time_ms.size)):
            candles = candles_at(self.history, bar)
            await pace.until(candles.close_time_ms)
            yield candles


def embedded_market(config: AlphaStrikeConfig) -> PaperMarket:
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
    market = generate(settings)
    history, funding = market.history, market.funding
    if config.data.symbols:
        history, funding = only_symbols(history, funding, config.data.symbols)
    live_ms = int(history.open_time_ms[0]) + paper.warm_up_days * _DAY_HOURS * 3_600_000
    first_bar = int(np.searchsorted(history.open_time_ms, live_ms))
    return PaperMarket(history, funding, first_bar, market.label)
