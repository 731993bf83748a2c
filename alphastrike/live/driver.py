"""The driver over a feed that goes on: each event is handled, journaled, and then acted on.

What the engine decided is in the journal before the venue hears of it, so that after a crash the
journal says what may have been sent. The order of work at a close is the backtest's own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from alphastrike.domain.commands import Step
from alphastrike.domain.errors import DataError
from alphastrike.domain.events import CandlesClosed, Event
from alphastrike.live.codec import decode, encode, to_text
from alphastrike.live.journal import Record
from alphastrike.live.parts import Advice, Handler, Sink, Venue

HEARD, STEP = "heard", "step"


@dataclass(slots=True)
class Stopping:
    """Set to end the run before the next close is lived through."""

    is_asked: bool = False


class Driver:
    """Joins an engine, a venue and a journal. `after_close` is called when a close is fully dealt with."""

    def __init__(
        self,
        engine: Handler,
        venue: Venue,
        journal: Sink,
        after_close: Callable[[CandlesClosed], None],
        advice: Advice | None = None,
    ) -> None:
        """Nothing happens before `run`. `advice` answers the engine's requests, when there is anyone."""
        self._engine = engine
        self._venue = venue
        self._journal = journal
        self._after_close = after_close
        self._advice = advice

    async def run(self, feed: AsyncIterator[CandlesClosed], stopping: Stopping) -> None:
        """Trade until the feed ends or a stop is asked for; the journal is on the disk then."""
        try:
            async for candles in feed:
                if stopping.is_asked:
                    return
                self.live_through(candles)
                await asyncio.sleep(0)  # let signals and watchers have their turn
        finally:
            self._journal.sync()

    def live_through(self, candles: CandlesClosed) -> None:
        """One close: the venue's news first, then the decision, then its orders.

        What the feed said is journaled before any of it: it cannot be asked for again.
        """
        self._journal.append(HEARD, {"event": encode(candles)}, durable=True)
        for answer in () if self._advice is None else self._advice.due(candles.close_time_ms):
            self._ask(self._handle(answer))
        for event in self._venue.live_through(candles):
            self._handle(event)
        step = self._handle(candles)
        for command in step.commands:
            for event in self._venue.send(command, candles.close_time_ms):
                self._handle(event)
        self._ask(step)
        self._after_close(candles)

    def _ask(self, step: Step) -> None:
        if self._advice is not None:
            for request in step.requests:
                self._advice.send(request)

    def _handle(self, event: Event) -> Step:
        step = self._engine.handle(event)
        is_about_money = bool(step.commands) or not isinstance(event, CandlesClosed)
        self._journal.append(STEP, step_record(event, step), durable=is_about_money)
        return step


def step_record(event: Event, step: Step) -> dict[str, Any]:
    """What the journal keeps of one event and the engine's answer; a close is the one heard before."""
    return {
        "event": None if isinstance(event, CandlesClosed) else encode(event),
        "outcomes": [encode(outcome) for outcome in step.outcomes],
        "commands": [encode(command) for command in step.commands],
    }


class Retracer:
    """Lets a fresh engine handle a journal's own events."""

    def __init__(self, engine: Handler) -> None:
        """`engine` must be what the journal's was at its first record."""
        self._engine = engine
        self._heard: CandlesClosed | None = None

    def retrace(self, record: Record) -> None:
        """Handle one record; `DataError` unless the engine answers the same, byte for byte."""
        if record.kind == HEARD:
            self._heard = decode(record.data["event"])
            return
        told = record.data["event"]
        event = self._heard if told is None else decode(told)
        if event is None:
            raise DataError(f"journal line {record.number + 1}: a decision on a close that was never heard")
        again = step_record(event, self._engine.handle(event))
        for part in ("outcomes", "commands"):
            before, now = to_text(record.data[part]), to_text(again[part])
            if before != now:
                raise DataError(
                    f"journal line {record.number + 1}: {part} differ: "
                    f"observed {now[:400]}, journaled {before[:400]}"
                )


def closes_in(records: Iterable[Record]) -> list[CandlesClosed]:
    """Every close these records heard, oldest first."""
    return [decode(record.data["event"]) for record in records if record.kind == HEARD]
