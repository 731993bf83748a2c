"""What is told to a running engine between two closes: an operator's word, or an advisor's answer.

A word is journaled before the engine hears it, and heard as it was journaled. It cannot be asked for
again, so a process that goes on with the journal hears it there again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from alphastrike.domain.events import Advised, InterventionProposed, InterventionRevoked
from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.live.codec import decode, encode, to_text
from alphastrike.live.driver import HEARD, STEP, TOLD, step_record
from alphastrike.live.journal import Record
from alphastrike.live.parts import Advice as Asked
from alphastrike.live.parts import Handler
from alphastrike.live.retracing import RetracedJournal

VETO, EXPIRE = "veto", "expire"


def revoking(ids: Sequence[str], *, is_veto: bool) -> str:
    """The order that ends these interventions; a veto also keeps the same calls out for a while."""
    return " ".join((VETO if is_veto else EXPIRE, *ids))


def revocations(orders: Iterable[str], now_ms: int) -> tuple[InterventionRevoked, ...]:
    """What orders mean for interventions; one that speaks of none means nothing here."""
    words = (order.split() or [""] for order in orders)
    return tuple(
        InterventionRevoked(now_ms, tuple(ids), is_veto=verb == VETO)
        for verb, *ids in words
        if verb in (VETO, EXPIRE) and ids
    )


class Told:
    """A running engine's ear: words are journaled here and then handled."""

    def __init__(
        self, engine: Handler, journal: RetracedJournal, earlier: Iterable[Record], asked: Asked | None = None
    ) -> None:
        """`earlier` are the records that `journal` holds a repetition against.

        `asked` hears what the engine requests in answer to a word.
        """
        self._engine = engine
        self._journal = journal
        self._asked = asked
        self._relived: defaultdict[int, list[Advised]] = defaultdict(list)
        self._closes = closes = 0
        for record in earlier:
            closes += record.kind == HEARD
            if record.kind == TOLD:
                self._relived[closes].append(decode(record.data["event"]))

    def relive(self) -> None:
        """After a close: hear what an earlier process heard there."""
        self._closes += 1
        for word in self._relived.pop(self._closes, ()):
            self._hear(word)

    def obey(self, orders: Iterable[str], now_ms: int) -> None:
        """After a close: carry orders out; one that speaks of no intervention is left alone."""
        for word in revocations(orders, now_ms):
            self._hear(word)

    def hear(self, answers: Iterable[InterventionProposed], now_ms: int) -> None:
        """After a close: let the engine judge answers, none of them earlier than now."""
        for answer in answers:
            self._hear(as_journaled(replace(answer, event_time_ms=max(answer.event_time_ms, now_ms))))

    def _hear(self, word: Advised) -> None:
        self._journal.append(TOLD, {"event": encode(word)}, durable=True)
        step = self._engine.handle(word)
        self._journal.append(STEP, step_record(word, step), durable=True)
        if self._asked is not None:
            for request in step.requests:
                self._asked.send(request)


def as_journaled(answer: InterventionProposed) -> InterventionProposed:
    """The answer as a journal gives it back: a number JSON has no word for is null then.

    A call that JSON cannot carry at all is one of no tool, which the guard refuses.
    """
    try:
        return _read_back(answer)
    except (ValueError, TypeError, RecursionError, OverflowError):
        calls = tuple(_carried(call) for call in answer.advice.calls)
    return _read_back(replace(answer, advice=replace(answer.advice, calls=calls)))


def _carried(call: ProposedCall) -> ProposedCall:
    try:
        _read_back(InterventionProposed(0, "", Advice((call,), "", 0)))
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        return ProposedCall(None, {"unreadable": type(error).__name__})
    return call


def _read_back(answer: InterventionProposed) -> InterventionProposed:
    read: InterventionProposed = decode(json.loads(to_text(encode(answer))))
    return read
