"""What is told to a running engine between two closes: an operator's word, or an advisor's answer.

A word is journaled before the engine hears it, and heard as it was journaled. It cannot be asked for
again, so a process that goes on with the journal hears it there again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from alphastrike.domain.events import Event, InterventionProposed, InterventionRevoked, OperatorCommanded
from alphastrike.domain.interventions import Advice, ProposedCall
from alphastrike.domain.risk_states import OperatorAction
from alphastrike.live.codec import decode, encode, to_text
from alphastrike.live.driver import HEARD, TOLD, Driver
from alphastrike.live.journal import Record
from alphastrike.live.news import Word
from alphastrike.live.order_box import Order

VETO, EXPIRE = "veto", "expire"
# Orders to the process: after the close in hand, or once every position is closed.
STOP, STOP_WHEN_FLAT = "stop", "stop_when_flat"


def revoking(ids: Sequence[str], *, is_veto: bool) -> str:
    """The order that ends these interventions; a veto also keeps the same calls out for a while."""
    return " ".join((VETO if is_veto else EXPIRE, *ids))


def operating(action: OperatorAction) -> str:
    """The order by which a person takes the controls."""
    return action.name.lower()


def words_of(orders: Iterable[Order], now_ms: int) -> tuple[Word, ...]:
    """What orders mean to an engine; one that means nothing to it is over."""
    words = []
    for order in orders:
        event = _meaning(order.text, now_ms)
        if event is None:
            order.done()
        else:
            # One that ends the process is over when it has ended.
            done = _later if order.text == STOP_WHEN_FLAT else order.done
            words.append(Word(event, order.name, done))
    return tuple(words)


def _later() -> None:
    """Nothing yet."""


def _meaning(text: str, now_ms: int) -> OperatorCommanded | InterventionRevoked | None:
    verb, *ids = text.split() or [""]
    if verb in (VETO, EXPIRE) and ids:
        return InterventionRevoked(now_ms, tuple(ids), is_veto=verb == VETO)
    if verb == STOP_WHEN_FLAT:
        return OperatorCommanded(now_ms, OperatorAction.FLATTEN, f"order {verb}")
    if verb.upper() in OperatorAction.__members__ and not ids:
        return OperatorCommanded(now_ms, OperatorAction[verb.upper()], f"order {verb}")
    return None


class Told:
    """The driver's ear between two closes of a run that is lived through again after a crash."""

    def __init__(self, driver: Driver, earlier: Iterable[Record]) -> None:
        """`earlier` are the records that the driver's journal holds a repetition against."""
        self._driver = driver
        self._relived: defaultdict[int, list[tuple[Event, str]]] = defaultdict(list)
        self._closes = closes = 0
        for record in earlier:
            closes += record.kind == HEARD
            if record.kind == TOLD:
                word = (decode(record.data["event"]), str(record.data.get("order", "")))
                self._relived[closes].append(word)

    def relive(self) -> None:
        """After a close: hear what an earlier process heard there."""
        self._closes += 1
        for event, order in self._relived.pop(self._closes, ()):
            self._driver.hear(event, order)

    def obey(self, orders: Iterable[Order], now_ms: int) -> None:
        """After a close: carry orders out."""
        for word in words_of(orders, now_ms):
            self._driver.obey(word)

    def hear(self, answers: Iterable[InterventionProposed], now_ms: int) -> None:
        """After a close: let the engine judge answers, none of them earlier than now."""
        for answer in answers:
            self._driver.hear(as_journaled(replace(answer, event_time_ms=max(answer.event_time_ms, now_ms))))


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
