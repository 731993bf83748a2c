"""The fast way through a history: stages 2 to 6 as arrays, the account in one compiled pass."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from alphastrike.app.assembly import Assembly
from alphastrike.app.block_size import BLOCK_BARS
from alphastrike.app.kernel_loop import Bars, Log, run_bars
from alphastrike.backtest.recording import Recording
from alphastrike.domain.blocks import CandleHistory, DecisionBlock
from alphastrike.domain.ledger import USED_FILLS, USED_FUNDING, USED_NOTICES, Outbox
from alphastrike.domain.records import DECISION, EQUITY, TRADE
from alphastrike.risk.backing import Backing

_CODES = 1000
_LOG_DECISIONS, _LOG_TRADES, _LOG_EQUITY = 0, 1, 2


class Stretch(NamedTuple):
    """Consecutive bars: what stages 2 to 6 said of them, and the same as the compiled pass reads it."""

    block: DecisionBlock
    bars: Bars


def run_compiled(
    run: Assembly, recording: Recording, *, every: bool, after_block: Callable[[int], None]
) -> None:
    """Run the whole history in blocks; `every` keeps all decisions, else those that say something new."""
    bars = run.history.open_time_ms.size
    log = blank_log(len(run.history.symbols), min(BLOCK_BARS, bars), every=every)
    outbox = Outbox.blank(len(run.history.symbols))
    for start in range(0, bars, BLOCK_BARS):
        stop = min(start + BLOCK_BARS, bars)
        block = run.stages.advance(run.history.block(start, stop))
        recording.observe(block)
        walk(run, recording, Stretch(block, bars_of(run.history, block)), (log, outbox), every=every)
        after_block(stop)


def walk(
    run: Assembly, recording: Recording, stretch: Stretch, books: tuple[Log, Outbox], *, every: bool
) -> None:
    """Take the account through a stretch of bars, with the breaker's correspondence on the way."""
    log, outbox = books
    block, bars = stretch
    interval_ms = block.market.interval_ms
    done, count = 0, block.market.open_time_ms.size
    while done < count:
        if run.circuit is not None:
            run.circuit.before(int(block.market.open_time_ms[done]) + interval_ms - 1)
        done = run_bars(
            run.venue, run.desk, outbox, bars, run.rates, run.watch, log, done, interval_ms, every
        )
        _drain(run, recording, log)
        if run.circuit is not None:
            run.circuit.after(block, done - 1)


def bars_of(history: CandleHistory, block: DecisionBlock) -> Bars:
    """What the compiled pass reads of a block."""
    # The venue lives through every candle it has, also those the gateway will not trade on.
    start = int(np.searchsorted(history.open_time_ms, block.market.open_time_ms[0]))
    venue = history.block(start, start + block.market.open_time_ms.size)
    halts = block.forecast.halts
    backing = Backing.of(block)
    return Bars(
        open_time_ms=venue.open_time_ms,
        open=venue.open,
        high=venue.high,
        low=venue.low,
        close=venue.close,
        volume=venue.volume,
        marks=block.market.close,
        code=halts.code,
        observed=halts.observed,
        limit=halts.limit,
        forecast=block.forecast.forecast,
        conviction=block.forecast.conviction,
        regime=block.forecast.regime,
        atr_fraction=block.atr_fraction,
        daily_volatility=block.daily_volatility,
        volatility=block.features.feature("daily_volatility"),
        votes=backing.votes,
        weights=backing.weights,
        retired=backing.retired,
        surplus=backing.surplus,
        horizon_hours=backing.horizon_hours,
        size_cut=backing.size_cut,
    )


def blank_log(symbols: int, bars: int, *, every: bool) -> Log:
    """Room for what so many bars leave behind; `every` for every decision."""
    busy = 256 * symbols
    return Log(
        decisions=np.zeros(symbols * (bars + 1) if every else max(65_536, busy), dtype=DECISION),
        trades=np.zeros(max(65_536, busy), dtype=TRADE),
        equity=np.zeros(bars + 1, dtype=EQUITY),
        used=np.zeros(3, dtype=np.int64),
        codes=np.zeros(_CODES, dtype=np.int64),
        last_code=np.full(symbols, -1, dtype=np.int64),
    )


def _drain(run: Assembly, recording: Recording, log: Log) -> None:
    """Move what the buffers hold into the record and start them afresh."""
    used, venue = log.used, run.venue
    recording.add("decisions", log.decisions[: used[_LOG_DECISIONS]])
    recording.add("trades", log.trades[: used[_LOG_TRADES]])
    recording.add("equity", log.equity[: used[_LOG_EQUITY]])
    recording.add("fills", venue.fills[: venue.used[USED_FILLS]])
    recording.add("funding", venue.funding[: venue.used[USED_FUNDING]])
    recording.add("risk_states", run.desk.changes[: run.desk.change_count[0]])
    run.desk.change_count[0] = 0
    recording.codes += log.codes
    log.codes[:] = 0
    used[:] = 0
    venue.used[USED_FILLS] = venue.used[USED_FUNDING] = venue.used[USED_NOTICES] = 0
