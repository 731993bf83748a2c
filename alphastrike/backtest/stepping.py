"""The driver that steps the engine at every bar: slow, and the measure of every faster one."""

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from alphastrike.backtest.recording import Recording
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.commands import Command, Request, Step
from alphastrike.domain.events import CandlesClosed, Event, SeriesValue
from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.outcomes import Code


class Session(Protocol):
    """A venue that answers at once."""

    def feed(self, history: CandleHistory, bar: int) -> tuple[Event, ...]:
        """Live through one bar; returns what happened."""
        ...

    def send(self, command: Command, now_ms: int) -> tuple[Event, ...]:
        """Carry out a command; returns the answer."""
        ...


class Correspondence(Protocol):
    """Whoever is asked for advice, in simulated time."""

    def due(self, now_ms: int) -> tuple[Event, ...]:
        """The answers that have arrived by now, in order."""
        ...

    def send(self, request: Request) -> None:
        """Ask, or tell."""
        ...


class Handler(Protocol):
    """The engine, as the driver sees it."""

    def handle(self, event: Event) -> Step:
        """Answer one event."""
        ...


def step_through(
    history: CandleHistory,
    session: Session,
    engine: Handler,
    after_bar: Callable[[int], None],
    advice: Correspondence | None = None,
) -> None:
    """Feed every bar to the venue, its news to the engine, and the engine's commands to the venue.

    Answers that arrive inside a bar are heard before it: they hold from its close on.
    """
    for bar in range(history.open_time_ms.size):
        event = candles_at(history, bar)
        if advice is not None:
            _correspond(engine, advice, event.close_time_ms)
        _tell(engine, session.feed(history, bar))
        step = engine.handle(event)
        for command in step.commands:
            _tell(engine, session.send(command, event.close_time_ms))
        if advice is not None:
            for request in step.requests:
                advice.send(request)
        after_bar(bar)


def _correspond(engine: Handler, advice: Correspondence, now_ms: int) -> None:
    for answer in advice.due(now_ms):
        for request in engine.handle(answer).requests:
            advice.send(request)


def candles_at(history: CandleHistory, bar: int) -> CandlesClosed:
    """The candles of one bar, with what was known beside them, as a feed would deliver them."""
    open_ms = int(history.open_time_ms[bar])
    candles = tuple(
        _candle(history, row, bar) for row in range(len(history.symbols)) if _has_candle(history, row, bar)
    )
    close_ms = open_ms + history.interval_ms - 1
    known = tuple(
        SeriesValue(symbol, name, float(values[row, bar]))
        for name, values in history.series.items()
        for row, symbol in enumerate(history.symbols)
        if not np.isnan(values[row, bar])
    )
    return CandlesClosed(close_ms, open_ms, history.interval_ms, candles, known)


def _has_candle(history: CandleHistory, row: int, bar: int) -> bool:
    columns = (history.open, history.high, history.low, history.close, history.volume)
    return not all(np.isnan(column[row, bar]) for column in columns)


def _candle(history: CandleHistory, row: int, bar: int) -> UnifiedCandle:
    taker = float(history.taker_buy_volume[row, bar])
    return UnifiedCandle(
        symbol=history.symbols[row],
        interval_ms=history.interval_ms,
        open_time_ms=int(history.open_time_ms[bar]),
        open=float(history.open[row, bar]),
        high=float(history.high[row, bar]),
        low=float(history.low[row, bar]),
        close=float(history.close[row, bar]),
        volume=float(history.volume[row, bar]),
        taker_buy_volume=None if np.isnan(taker) else taker,
    )


def keep_decisions(
    recording: Recording, decisions: np.ndarray, last_code: np.ndarray, *, every: bool
) -> None:
    """Count the codes of one bar's decisions and keep those that act or say something new."""
    codes = decisions["code"]
    np.add.at(recording.codes, codes, 1)
    kept = (codes == Code.ORDERED) | (codes != last_code)
    if every:
        kept |= codes != Code.NO_CANDLE
    recording.add("decisions", decisions[kept])
    last_code[:] = codes


def _tell(engine: Handler, events: Iterable[Event]) -> None:
    for event in events:
        engine.handle(event)
