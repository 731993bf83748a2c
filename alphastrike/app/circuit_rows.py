"""What a run keeps of its breaker, as rows of plain values."""

import json
import math
from dataclasses import asdict
from typing import Any

from alphastrike.app.circuit import Circuit, Snapshot
from alphastrike.domain.interventions import Judgement
from alphastrike.llm.breaker import Reviewed
from alphastrike.llm.report import fingerprint
from alphastrike.llm.words import canonical

Row = dict[str, Any]


def intervention_rows(circuit: Circuit) -> tuple[Row, ...]:
    """One row a judged call, in order of time."""
    return tuple(
        _call_row(reviewed, judgement, circuit.breaker.ended_early)
        for reviewed in circuit.breaker.history
        for judgement in reviewed.judgements
    )


def active_rows(circuit: Circuit) -> tuple[Row, ...]:
    """One row an intervention in force, the first taken first."""
    return tuple({**asdict(one), "tool": one.tool.value} for one in circuit.breaker.book.active)


def review_rows(circuit: Circuit) -> tuple[Row, ...]:
    """One row a finished review, with the account it started from."""
    snapshots = {snapshot.review_id: snapshot for snapshot in circuit.snapshots}
    return tuple(
        review_row(reviewed, snapshots[reviewed.request.review_id]) for reviewed in circuit.breaker.history
    )


def review_row(reviewed: Reviewed, snapshot: Snapshot) -> Row:
    """One review: the question, the answer as it was given, and the state on both sides of it."""
    request, advice = reviewed.request, reviewed.advice
    return {
        "ts_ms": request.event_time_ms,
        "review_id": request.review_id,
        "answered_ms": reviewed.answered_ms,
        "trace_id": advice.trace_id,
        "triggers": triggers_text(reviewed),
        "report_sha256": fingerprint(request.report),
        "report": request.report,
        "source": advice.source,
        "cause": advice.cause,
        "latency_ms": advice.latency_ms,
        "calls": calls_text(reviewed),
        "details": canonical(dict(advice.details)),
        "before": reviewed.before,
        "after": reviewed.after,
        "snapshot_id": snapshot.snapshot_id,
        "desk": snapshot.desk,
        "venue": snapshot.venue,
        "rates_cursor": snapshot.rates_cursor,
        "breaker": snapshot.breaker,
        "layout": snapshot.layout,
    }


def triggers_text(reviewed: Reviewed) -> str:
    """What fired, as `scope:trigger` parted by blanks."""
    return " ".join(f"{one.scope or 'portfolio'}:{one.trigger.value}" for one in reviewed.request.fired)


def calls_text(reviewed: Reviewed) -> str:
    """The calls as proposed, as a JSON list; one that JSON cannot carry is kept as its canonical text."""
    plain = []
    for call in reviewed.advice.calls:
        one = {"tool": call.tool, "arguments": call.arguments}
        try:
            plain.append(json.dumps(one, sort_keys=True))
        except (ValueError, TypeError, RecursionError, OverflowError):
            plain.append(json.dumps({"tool": canonical(call.tool), "arguments": canonical(call.arguments)}))
    return "[" + ", ".join(plain) + "]"


def _call_row(reviewed: Reviewed, one: Judgement, ended_early: dict[str, int]) -> Row:
    request, advice = reviewed.request, reviewed.advice
    taken = one.intervention
    return {
        "ts_ms": one.event_time_ms,
        "symbol": one.symbol,
        "tool": one.tool,
        "params": one.params,
        "reason": one.reason,
        "trace_id": advice.trace_id,
        "outcome": one.verdict.value,
        "expires_ms": None if taken is None else ended_early.get(taken.intervention_id, taken.expires_ms),
        "code": one.code.label,
        "observed": _known(one.observed),
        "limit": _known(one.limit),
        "value": _known(one.value),
        "intervention_id": None if taken is None else taken.intervention_id,
        "review_id": request.review_id,
        "asked_ms": request.event_time_ms,
        "triggers": triggers_text(reviewed),
        "source": advice.source,
        "cause": advice.cause,
        "latency_ms": advice.latency_ms,
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
