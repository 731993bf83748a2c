"""A real account's journal lived through again: the engine is where it was, and what was left open is known.

The venue cannot be lived through again, so the journal's own events are handled, and every answer must be
the journaled one, byte for byte.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from alphastrike.domain.commands import CancelOrder, PlaceOrder, Step
from alphastrike.domain.events import Event, FillReceived, FundingSettled
from alphastrike.live.account_books import AccountBooks
from alphastrike.live.codec import decode
from alphastrike.live.driver import HEARD, STEP, TOLD, heard_in
from alphastrike.live.journal import Record
from alphastrike.live.known_fills import KnownFills
from alphastrike.live.parts import Advice, Handler, Heard
from alphastrike.live.retracing import Retracer
from alphastrike.live.venue_account import Unsettled


@dataclass(slots=True)
class Relived:
    """What the journal leaves: closes decided on, executions booked, and what may not have been carried out.

    `half_told` is an operator's word that was journaled and not heard.
    """

    known: KnownFills
    closes: list[Heard] = field(default_factory=list)
    orders: dict[str, PlaceOrder] = field(default_factory=dict)
    cancels: dict[str, CancelOrder] = field(default_factory=dict)
    since_ms: int = 0
    half_told: Event | None = None

    def unsettled(self, books: AccountBooks) -> Unsettled:
        """Orders the engine still waits for, and cancellations of those."""
        open_ids = [client_id for _, client_id in books.open_orders()]
        return Unsettled(
            orders=tuple(self.orders[each] for each in open_ids if each in self.orders),
            cancels=tuple(self.cancels[each] for each in open_ids if each in self.cancels),
            since_ms=self.since_ms,
        )


class AskingEngine:
    """The engine, with what it asks an advisor noted: an answer may be in the journal, or still to come."""

    def __init__(self, engine: Handler, advice: Advice) -> None:
        """Note requests with this correspondent."""
        self._engine = engine
        self._advice = advice

    def handle(self, event: Event) -> Step:
        """The engine's answer."""
        step = self._engine.handle(event)
        for request in step.requests:
            self._advice.send(request)
        return step


def relive(
    records: Iterable[Record], engine: Handler, since_ms: int, after_close: Callable[[Heard], None]
) -> Relived:
    """Let a fresh engine handle these records; `DataError` at the first it answers differently."""
    relived = Relived(KnownFills(since_ms), since_ms=since_ms)
    retracer = Retracer(engine)
    heard: Heard | None = None
    for record in records:
        retracer.retrace(record)
        if record.kind == HEARD:
            heard = heard_in((record,))[0]
        elif record.kind == TOLD:
            relived.half_told = decode(record.data["event"])
        elif record.kind == STEP:
            _note(relived, record)
            if record.data["event"] is None and relived.half_told is not None:
                relived.half_told = None
            elif record.data["event"] is None and heard is not None:
                relived.closes.append(heard)
                after_close(heard)
    return relived


def _note(relived: Relived, record: Record) -> None:
    for data in record.data["commands"]:
        command = decode(data)
        if isinstance(command, PlaceOrder):
            relived.orders[command.order.client_order_id] = command
            relived.known.expect(command)
        else:
            relived.cancels[command.client_order_id] = command
    if record.data["event"] is None:
        return
    event = decode(record.data["event"])
    if isinstance(event, FillReceived):
        relived.known.is_new(event.fill)
    elif isinstance(event, FundingSettled):
        relived.since_ms = max(relived.since_ms, event.event_time_ms)
