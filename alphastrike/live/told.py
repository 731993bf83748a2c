"""What an operator tells a running process about interventions: orders as text, and words in the journal.

A word is journaled before the engine hears it, between two closes. It cannot be asked for again, so
a process that goes on with the journal hears it there again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from alphastrike.domain.events import InterventionRevoked
from alphastrike.live.codec import decode, encode
from alphastrike.live.driver import HEARD, STEP, TOLD, step_record
from alphastrike.live.journal import Record
from alphastrike.live.parts import Handler
from alphastrike.live.retracing import RetracedJournal

VETO, EXPIRE = "veto", "expire"


def revoking(ids: Sequence[str], *, is_veto: bool) -> str:
    """The order that ends these interventions; a veto also keeps the same calls out for a while."""
    return " ".join((VETO if is_veto else EXPIRE, *ids))


class Told:
    """The operator's side of a running engine: orders wait here, are journaled, and are then handled."""

    def __init__(self, engine: Handler, journal: RetracedJournal, earlier: Iterable[Record]) -> None:
        """`earlier` are the records that `journal` holds a repetition against."""
        self._engine = engine
        self._journal = journal
        self._relived: defaultdict[int, list[InterventionRevoked]] = defaultdict(list)
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

    def hear(self, orders: Iterable[str], now_ms: int) -> None:
        """After a close: carry orders out; one that speaks of no intervention is left alone."""
        for order in orders:
            verb, *ids = order.split() or [""]
            if verb in (VETO, EXPIRE) and ids:
                self._hear(InterventionRevoked(now_ms, tuple(ids), is_veto=verb == VETO))

    def _hear(self, word: InterventionRevoked) -> None:
        self._journal.append(TOLD, {"event": encode(word)}, durable=True)
        step = self._engine.handle(word)
        self._journal.append(STEP, step_record(word, step), durable=True)
