"""Evidence before the first trade: signals judged on history that a run reads but does not trade.

The bars before go through stages 2 to 6 by the same calls as every other; nothing is traded on
them and none of them is in the record.
"""

from dataclasses import dataclass, replace

import numpy as np

from alphastrike.app.block_size import BLOCK_BARS
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import Inputs, load_inputs
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import DAY_MS
from alphastrike.engine.pipeline import MarketStages


@dataclass(frozen=True, slots=True)
class Seeded:
    """A run's inputs from its first traded bar on, and the `earlier` history, None without any.

    `config` is the run's, told until when outcomes are early ones.
    """

    config: AlphaStrikeConfig
    inputs: Inputs
    earlier: CandleHistory | None

    def gather(self, stages: MarketStages) -> None:
        """Let stages 2 to 6 live through the earlier history."""
        if self.earlier is None:
            return
        bars = self.earlier.open_time_ms.size
        for start in range(0, bars, BLOCK_BARS):
            stages.advance(self.earlier.block(start, min(start + BLOCK_BARS, bars)))


def load_seeded(config: AlphaStrikeConfig) -> Seeded:
    """Read a run's data and `backtest.seed_days` before them.

    Without `data.start` the first `seed_days` of the data are the earlier history. `ConfigError`
    when nothing would be left to trade.
    """
    length = round(config.backtest.seed_days * DAY_MS)
    if length == 0:
        return Seeded(config, load_inputs(config), None)
    start = config.data.start
    inputs = load_inputs(config if start is None else _reaching_back(config, max(0, start - length)))
    times = inputs.history.open_time_ms
    lead = int(np.searchsorted(times, int(times[0]) + length if start is None else start))
    if lead >= times.size:
        raise ConfigError(
            f"backtest.seed_days: observed {config.backtest.seed_days:g} days, which leave nothing to trade; "
            f"allowed: less than the {times.size * inputs.history.interval_ms / DAY_MS:g} days of data"
        )
    if lead == 0:
        return Seeded(config, inputs, None)
    earlier, traded = _part(inputs.history, 0, lead), _part(inputs.history, lead, times.size)
    return Seeded(_told(config, int(times[lead])), replace(inputs, history=traded), earlier)


def _reaching_back(config: AlphaStrikeConfig, start_ms: int) -> AlphaStrikeConfig:
    return config.model_copy(update={"data": config.data.model_copy(update={"start": start_ms})})


def _told(config: AlphaStrikeConfig, until_ms: int) -> AlphaStrikeConfig:
    decay = config.signals.decay.model_copy(update={"seed_until_ms": until_ms})
    return config.model_copy(update={"signals": config.signals.model_copy(update={"decay": decay})})


def _part(history: CandleHistory, start: int, stop: int) -> CandleHistory:
    """The same symbols over the bars [start, stop)."""
    part = history.block(start, stop)
    return CandleHistory(
        symbols=part.symbols,
        interval_ms=part.interval_ms,
        open_time_ms=part.open_time_ms,
        open=np.ascontiguousarray(part.open),
        high=np.ascontiguousarray(part.high),
        low=np.ascontiguousarray(part.low),
        close=np.ascontiguousarray(part.close),
        volume=np.ascontiguousarray(part.volume),
        taker_buy_volume=np.ascontiguousarray(part.taker_buy_volume),
        series=part.series,
    )
