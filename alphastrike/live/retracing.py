"""Going on after a crash: the journaled part is done again and must come out the same."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from alphastrike.domain.errors import DataError
from alphastrike.domain.events import Event
from alphastrike.live.codec import decode, to_text
from alphastrike.live.driver import HEARD, NOTE, TOLD, step_record
from alphastrike.live.journal import Journal, Record
from alphastrike.live.parts import Handler


class RetracedJournal:
    """Takes what a driver does again, holds it against the journal, and writes where the journal ends.

    The process may have been killed anywhere: what was journaled is checked, what was not yet is
    written now, and both together are what would have been written without the crash.
    """

    def __init__(self, journal: Journal, earlier: Iterable[Record]) -> None:
        """`earlier` are the journal's records that the driver is about to produce again."""
        self._journal = journal
        self._earlier = deque(earlier)

    @property
    def is_retracing(self) -> bool:
        """Whether journaled records are still ahead."""
        return bool(self._earlier)

    def append(self, kind: str, data: dict[str, Any], *, durable: bool = False) -> None:
        """Check the record against the journal, or write it; `DataError` where they differ."""
        if not self._earlier:
            self._journal.append(kind, data, durable=durable)
            return
        record = self._earlier.popleft()
        now, before = to_text({"kind": kind, **data}), to_text({"kind": record.kind, **record.data})
        if now != before:
            raise DataError(
                f"{self._journal.path}: line {record.number + 1} cannot be repeated: observed {now[:300]}, "
                f"journaled {before[:300]}; the version, the configuration or the data changed: "
                "allowed: the ones it was written with, or a fresh start with --fresh"
            )

    def sync(self) -> None:
        """Make everything written so far durable."""
        self._journal.sync()


class Retracer:
    """Lets a fresh engine handle a journal's own events."""

    def __init__(self, engine: Handler) -> None:
        """`engine` must be what the journal's was at its first record."""
        self._engine = engine
        self._before: Event | None = None

    def retrace(self, record: Record) -> None:
        """Handle one record; `DataError` unless the engine answers the same, byte for byte."""
        if record.kind == NOTE:
            return
        if record.kind in (HEARD, TOLD):
            self._before = decode(record.data["event"])
            return
        told = record.data["event"]
        event = self._before if told is None else decode(told)
        if event is None:
            raise DataError(f"journal line {record.number + 1}: an answer to what was never heard")
        again = step_record(event, self._engine.handle(event))
        for part in ("outcomes", "commands", "forecasts"):
            before, now = to_text(record.data.get(part)), to_text(again[part])
            if before != now:
                raise DataError(
                    f"journal line {record.number + 1}: {part} differ: "
                    f"observed {now[:400]}, journaled {before[:400]}"
                )
