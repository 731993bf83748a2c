"""Traces of a run: opened when the gate is, never in the way, closed with a word on what was lost."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alphastrike import __version__
from alphastrike.app.circuit import Circuit
from alphastrike.app.circuit_rows import calls_text, intervention_rows, triggers_text
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.trace_store import open_store
from alphastrike.domain.errors import DataError
from alphastrike.llm.breaker import Reviewed
from alphastrike.llm.report import fingerprint
from alphastrike.llm.words import canonical
from alphastrike.traces.gate import is_open

if TYPE_CHECKING:
    from alphastrike.traces.store import TraceStore
    from alphastrike.traces.tee import Tee

Say = Callable[[str], None]
_NOT_RECORDED = ("off", "recorded")  # what is played back is a recording already


@contextmanager
def recording_traces(config: AlphaStrikeConfig, run_id: str, say: Say) -> "Iterator[Tee | None]":
    """The tee of a run, None when nothing may or can be recorded; trading goes on either way."""
    tee = _tee(config, run_id, say)
    if tee is None:
        yield None
        return
    try:
        yield tee[0]
    finally:
        counts = tee[0].close()
        tee[1].close()
        missing = counts.dropped + counts.lost
        if missing:
            say(f"traces: {missing} of {counts.taken} records were not stored; the run itself is whole")


def finish_traces(tee: "Tee", circuit: Circuit, already: int = 0) -> None:
    """Join every review of the run to what was said in it, but those that are `already`."""
    if already == len(circuit.breaker.history):
        return
    rows = intervention_rows(circuit)
    for reviewed in circuit.breaker.history[already:]:
        mine = [row for row in rows if row["review_id"] == reviewed.request.review_id]
        tee.finish(_trace_row(reviewed, mine, circuit.run_id))


def _tee(config: AlphaStrikeConfig, run_id: str, say: Say) -> "tuple[Tee, TraceStore] | None":
    if config.backtest.llm in _NOT_RECORDED or not is_open(config.traces, say):
        return None
    try:
        store = open_store(config.traces)
    except DataError as error:
        say(f"{error}; nothing is recorded, trading goes on")
        return None
    _forget_old(store, config, say)
    from alphastrike.traces.tee import Tee  # noqa: PLC0415 - an extra

    return Tee(store, run_id, queue_size=config.traces.queue), store


def _forget_old(store: "TraceStore", config: AlphaStrikeConfig, say: Say) -> None:
    """Keep to the retention, where one is set; what cannot be removed now is tried again next time."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - an extra

    from alphastrike.traces.store import cutoff_ms  # noqa: PLC0415 - the same

    days = config.traces.retention_days
    if days == 0:
        return
    try:
        removed = store.prune(cutoff_ms(time.time_ns() // 1_000_000, days))
    except SQLAlchemyError as error:
        say(f"traces: nothing older than {days} days could be removed: {str(error).splitlines()[0][:200]}")
        return
    if removed:
        say(f"traces: {removed} removed, older than traces.retention_days = {days}")


def _trace_row(reviewed: Reviewed, judged: list[dict[str, Any]], run_id: str) -> dict[str, Any]:
    request, advice = reviewed.request, reviewed.advice
    details = dict(advice.details)
    return {
        "trace_id": advice.trace_id or f"{run_id}-{request.review_id}",
        "run_id": run_id,
        "review_id": request.review_id,
        "cursor_ms": request.event_time_ms,
        "triggers": triggers_text(reviewed),
        "report": request.report,
        "report_sha256": fingerprint(request.report),
        "advisor": advice.source,
        "cause": advice.cause,
        "model": details.get("model"),
        "digest": details.get("digest"),
        "protocol": details.get("protocol"),
        "details": canonical(details),
        "calls": calls_text(reviewed),
        "judgements": json.dumps(judged, sort_keys=True),
        "state_before": reviewed.before,
        "state_after": reviewed.after,
        "snapshot_id": f"{run_id}-{request.review_id}",
        "latency_ms": advice.latency_ms,
        "software": __version__,
        "outcome": None,
        "outcome_version": None,
        "episode_id": None,
        "propensity": None,
    }
