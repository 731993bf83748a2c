"""The driver over a feed that goes on: each event is handled, journaled, and then acted on.

What the engine decided is in the journal before the venue hears of it, so that after a crash the
journal says what may have been sent. The order of work at a close is the backtest's own; bookkeeping and
whoever watches wait until the orders are out.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from alphastrike.domain.commands import Step
from alphastrike.domain.events import Advised, CandlesClosed, Event, OperatorCommanded
from alphastrike.live.codec import decode, encode
from alphastrike.live.journal import Record
from alphastrike.live.news import Noted, Word
from alphastrike.live.parts import Advice, Handler, Heard, Sink, Venue

HEARD, STEP, TOLD, NOTE = "heard", "step", "told", "note"
# What a person or an advisor says: journaled on a line of its own before the engine hears it.
_Word = Advised | OperatorCommanded


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
        after_close: Callable[[Heard], None],
        advice: Advice | None = None,
    ) -> None:
        """Nothing happens before `run`. `advice` hears the engine's requests, when there is anyone."""
        self._engine = engine
        self._venue = venue
        self._journal = journal
        self._after_close = after_close
        self._advice = advice

    async def run(self, feed: AsyncIterator[Heard | Event | Noted | Word], stopping: Stopping) -> None:
        """Trade until the feed ends or a stop is asked for; the journal is on the disk then.

        A feed of a real account tells its news between the closes.
        """
        try:
            async for heard in feed:
                if isinstance(heard, Heard):
                    if stopping.is_asked:
                        return
                    self.decide(heard)
                    await self._venue.sent()
                    self.settle(heard)
                elif isinstance(heard, Word):
                    self.obey(heard)
                elif isinstance(heard, Noted):
                    self._journal.append(NOTE, {"time_ms": heard.event_time_ms, "text": heard.text})
                else:
                    self.hear(heard)
        finally:
            self._journal.sync()

    def decide(self, heard: Heard) -> None:
        """One close: the venue's news first, then the decision, then its orders.

        What the feed said and what was decided on it are on the disk before any order leaves.
        """
        self._journal.append(HEARD, heard_record(heard))
        for event in self._venue.live_through(heard):
            self._handle(event)
        self._carry_out(self._handle(heard.candles), heard.candles.close_time_ms)

    def settle(self, heard: Heard) -> None:
        """What need not be done before the orders of a close are out."""
        self._journal.sync()
        self._after_close(heard)

    def hear(self, event: Event, order: str = "") -> None:
        """News between two closes, and what it asks for; a word is journaled first, with its order's name."""
        if isinstance(event, _Word):
            named = {"order": order} if order else {}
            self._journal.append(TOLD, {"event": encode(event), **named}, durable=True)
        self._carry_out(self._handle(event, is_news=True), event.event_time_ms)

    def obey(self, word: Word) -> None:
        """An operator's word; its order is over once the journal has it."""
        self.hear(word.event, word.order)
        word.done()

    def _carry_out(self, step: Step, now_ms: int) -> None:
        for command in step.commands:
            for event in self._venue.send(command, now_ms):
                self._handle(event, is_news=True)
        self._ask(step)

    def _ask(self, step: Step) -> None:
        if self._advice is not None:
            for request in step.requests:
                self._advice.send(request)

    def _handle(self, event: Event, *, is_news: bool = False) -> Step:
        step = self._engine.handle(event)
        self._journal.append(STEP, step_record(event, step), durable=is_news or bool(step.commands))
        return step


def step_record(event: Event, step: Step) -> dict[str, Any]:
    """What the journal keeps of one event and the engine's answer.

    A close is the one heard before, an advisor's or an operator's word the one told before.
    """
    return {
        "event": None if isinstance(event, CandlesClosed | _Word) else encode(event),
        "outcomes": [encode(outcome) for outcome in step.outcomes],
        "commands": [encode(command) for command in step.commands],
        "forecasts": [list(forecast) for forecast in step.forecasts],
    }


def heard_record(heard: Heard) -> dict[str, Any]:
    """What the journal keeps of a close as the feed delivered it."""
    return {"event": encode(heard.candles), "funding": [encode(rate) for rate in heard.funding]}


def heard_in(records: Iterable[Record]) -> list[Heard]:
    """Every close these records heard, oldest first."""
    return [
        Heard(decode(record.data["event"]), tuple(decode(rate) for rate in record.data["funding"]))
        for record in records
        if record.kind == HEARD
    ]
