"""The tee: every message goes on to whoever asked for it, and a copy to the store, off the hot path.

Best effort and bounded. The caller pays for one entry in a queue; a thread of its own turns entries into
text and writes them. A failed write costs the rows it held, is counted, and warned of once a kind.
"""

import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from alphastrike.traces.lossless import to_text
from alphastrike.traces.seals import Sealer
from alphastrike.traces.store import Row, TraceStore

T = TypeVar("T")
_log = logging.getLogger("alphastrike.traces")
_BATCH = 500
_TRIES = 3
_STOP = object()


@dataclass(slots=True)
class Counts:
    """What became of the entries: `dropped` found the queue full, `lost` a database that would not."""

    taken: int = 0
    written: int = 0
    dropped: int = 0
    lost: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


class Tee:
    """Takes messages and facts of consultations down for one run."""

    def __init__(
        self,
        store: TraceStore,
        run_id: str,
        *,
        queue_size: int = 10_000,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """Write to `store`; `clock_ms` says when something was recorded."""
        self.counts = Counts()
        self._store = store
        self._clock_ms = clock_ms
        self._attempt: int | None = None
        self._run_id = run_id
        self._seq: Counter[str] = Counter()
        self._sealer = Sealer()
        self._counting = threading.Lock()
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()  # a third of what a bounded one costs
        self._longest = queue_size
        self._thread = threading.Thread(target=self._write_on, name="alphastrike-traces", daemon=True)
        self._thread.start()

    async def messages(self, trace_id: str, messages: AsyncIterator[T]) -> AsyncIterator[T]:
        """The same messages, each taken down as it passes; they must not be changed afterwards."""
        async for message in messages:
            self.note(trace_id, "message", message)
            yield message

    def note(self, trace_id: str, kind: str, payload: Any) -> None:
        """Take one fact down; never raises, never waits."""
        self._seq[trace_id] += 1
        self._put(("event", trace_id, self._seq[trace_id], kind, self._clock_ms(), payload))

    def finish(self, row: Row) -> None:
        """Take the whole trace down: the columns of `tables.TRACES` but attempt and time."""
        self._put(("trace", row["trace_id"], 0, "trace", self._clock_ms(), row))

    def close(self, timeout_s: float = 30.0) -> Counts:
        """Write what is waiting, then stop; returns the counts.

        A database that takes longer is left to itself, and what it has not taken counts as lost.
        """
        self._queue.put(_STOP)
        self._thread.join(timeout_s)
        counts = replace(self.counts)
        counts.lost = counts.taken - counts.written - counts.dropped
        return counts

    def _put(self, entry: tuple[Any, ...]) -> None:
        is_full = self._queue.qsize() >= self._longest
        if not is_full:
            self._queue.put(entry)
        with self._counting:  # a conversation and whoever trades are two threads
            self.counts.taken += 1
            self.counts.dropped += is_full
        if is_full:
            self._warn("queue full")

    def _write_on(self) -> None:
        while True:
            entries = [self._queue.get()]
            while len(entries) < _BATCH and entries[-1] is not _STOP:
                try:
                    entries.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            is_over = entries[-1] is _STOP
            self._write(entries[:-1] if is_over else entries)
            if is_over:
                return

    def _write(self, entries: list[tuple[Any, ...]]) -> None:
        if not entries:
            return
        try:
            self._try_to_write(entries)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach whoever trades
            self.counts.lost += len(entries)
            self._warn(type(error).__name__, error)
        else:
            self.counts.written += len(entries)

    def _try_to_write(self, entries: list[tuple[Any, ...]]) -> None:
        rows: tuple[list[Row], list[Row], list[Row]] | None = None
        for attempt in range(1, _TRIES + 1):
            try:
                if self._attempt is None:
                    self._attempt = self._store.next_attempt(self._run_id)
                rows = rows or self._rows(entries, self._attempt)  # sealed once, however often it is tried
                self._store.write(*rows)
            except SQLAlchemyError:
                # The database waits out a lock by itself; what is still locked after that may pass.
                if attempt == _TRIES:
                    raise
            else:
                return

    def _rows(self, entries: list[tuple[Any, ...]], attempt: int) -> tuple[list[Row], list[Row], list[Row]]:
        traces, events, seals = [], [], []
        for what, trace_id, seq, kind, recorded_ms, payload in entries:
            stamp = {"trace_id": trace_id, "attempt": attempt, "recorded_ms": recorded_ms}
            if what == "trace":
                traces.append({**payload, **stamp})
                seals.append(self._sealer.seal(traces[-1]))
            else:
                events.append({**stamp, "seq": seq, "kind": kind, "payload": to_text(payload)})
                self._sealer.hear(events[-1])
        return traces, events, seals

    def _warn(self, kind: str, error: BaseException | None = None) -> None:
        self.counts.kinds[kind] += 1
        if self.counts.kinds[kind] == 1:
            detail = str(getattr(error, "orig", None) or error or "events are dropped").splitlines()[0][:200]
            _log.warning("traces are being lost (%s): %s; trading goes on", kind, detail)
