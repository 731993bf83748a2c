"""The stretches of market that decisions are replayed on, cut while stages 2 to 6 run once over the history.

Only the blocks that a window still needs are held, so memory does not grow with the history.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from alphastrike.app.block_size import BLOCK_BARS
from alphastrike.app.compiled_run import Stretch, bars_of
from alphastrike.app.kernel_loop import Bars
from alphastrike.app.replay.source import Source
from alphastrike.domain.blocks import (
    DecisionBlock,
    FeatureBlock,
    ForecastBlock,
    HaltGrid,
    MarketBlock,
    SignalTrace,
)


class Span(NamedTuple):
    """Bars [`start`, `stop`) of a history, parted at `marks`, the bars at which branches are measured."""

    start: int
    stop: int
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive stretches after a fork; a measure is taken after each."""

    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    start: int
    stop: int
    stretch: Stretch


def span_of(source: Source, fork_ms: int, horizons_ms: Sequence[int]) -> Span:
    """The bars that close after the fork and within the horizons, which rise; fewer where the data end."""
    history = source.listed.history
    closes = history.open_time_ms + history.interval_ms - 1
    start = int(np.searchsorted(closes, fork_ms, side="right"))
    marks = [int(np.searchsorted(closes, fork_ms + horizon, side="right")) for horizon in horizons_ms]
    return Span(start, marks[-1], tuple(marks))


def windows(source: Source, spans: Sequence[Span]) -> Iterator[Window]:
    """A window for every span, in their order, which is that of time."""
    blocks = _blocks(source, max((span.stop for span in spans), default=0))
    held: list[_Held] = []
    reached = 0
    for span in spans:
        while reached < span.stop:
            block = next(blocks)
            held.append(block)
            reached = block.stop
        held = [block for block in held if block.stop > span.start]
        edges = (span.start, *span.marks)
        yield Window(tuple(_cut(held, edges[i], edges[i + 1]) for i in range(len(span.marks))))


def _blocks(source: Source, until: int) -> Iterator[_Held]:
    history = source.listed.history
    stages = source.open_stages()
    for start in range(0, until, BLOCK_BARS):
        stop = min(start + BLOCK_BARS, history.open_time_ms.size)
        block = stages.advance(history.block(start, stop))
        yield _Held(start, stop, Stretch(block, bars_of(history, block)))


def _cut(held: Sequence[_Held], start: int, stop: int) -> Stretch:
    """Bars [start, stop), copied: what the compiled pass reads and what a report is written from."""
    parts = [
        (one, slice(max(start - one.start, 0), stop - one.start))
        for one in held
        if one.start < stop and one.stop > start
    ]
    if not parts:
        parts = [(held[-1], slice(0, 0))]
    columns = {
        name: _joined([getattr(one.stretch.bars, name)[..., part] for one, part in parts])
        for name in Bars._fields
    }
    return Stretch(_glanced([one.stretch.block for one, _ in parts], [part for _, part in parts], columns),
                   Bars(**columns))  # fmt: skip


def _joined(arrays: list[Any]) -> Any:
    return np.ascontiguousarray(np.concatenate(arrays, axis=-1))


def _glanced(blocks: list[DecisionBlock], parts: list[slice], columns: dict[str, Any]) -> DecisionBlock:
    """The part of the blocks that a performance report reads; prices are the venue's."""
    first = blocks[0]
    halts = HaltGrid(*columns["code"].shape)
    halts.code[:] = columns["code"]
    market = MarketBlock(
        symbols=first.market.symbols,
        interval_ms=first.market.interval_ms,
        open_time_ms=columns["open_time_ms"],
        **{name: columns[name] for name in ("open", "high", "low", "close", "volume")},
        taker_buy_volume=columns["volume"],
        halts=halts,
    )
    forecast = ForecastBlock(
        forecast=columns["forecast"],
        conviction=columns["conviction"],
        regime=columns["regime"],
        regimes=first.forecast.regimes,
        halts=halts,
        trace=_trace([block.forecast.trace for block in blocks], parts),
    )
    return DecisionBlock(
        market=market,
        forecast=forecast,
        atr_fraction=columns["atr_fraction"],
        daily_volatility=columns["daily_volatility"],
        features=FeatureBlock(market, (), np.zeros((0, *columns["code"].shape)), halts),
    )


def _trace(traces: list[SignalTrace | None], parts: list[slice]) -> SignalTrace | None:
    """Weights and states of the signals; their votes are with the bars."""
    known = [trace for trace in traces if trace is not None]
    if not known:
        return None
    joined = {
        name: _joined([getattr(trace, name)[..., part] for trace, part in zip(known, parts, strict=True)])
        for name in ("weight", "state")
    }
    unread = {
        name: getattr(known[0], name)[..., :0]
        for name in ("values", "accuracy", "samples", "alert", "probability_up")
    }
    return replace(known[0], **joined, **{name: column.copy() for name, column in unread.items()})
