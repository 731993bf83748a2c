"""A record as it is written: content, where it came from, and the hash of what it says."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alphastrike.traces.export.redaction.redactor import REDACTION_VERSION, Redactor
from alphastrike.traces.export.trace import Json, Trace

RECORD_VERSION = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a record belongs: its split, and the episode it is of."""

    split: str
    episode: str


def sealed(content: Json, trace: Trace, placed: Placed, redactor: Redactor) -> Json:
    """The record without what must not leave, with its provenance; the hash is of the content redacted."""
    redactor.replaced.clear()
    clean = redactor.redacted(content)
    digest = hashlib.sha256(json.dumps(clean, sort_keys=True).encode()).hexdigest()
    return {
        "schema_version": RECORD_VERSION,
        "id": f"{trace.key.trace_id}.{trace.key.attempt}",
        **clean,
        "provenance": redactor.redacted(_provenance(trace, placed))
        | {"redaction": _redaction(redactor), "content_sha256": digest},
    }


def _provenance(trace: Trace, placed: Placed) -> Json:
    row = trace.row
    told = {name: row[name] for name in ("run_id", "advisor", "cause", "model", "digest", "protocol")}
    moment = datetime.fromtimestamp(trace.key.event_ms / 1_000, UTC)
    return {
        **told,
        "event_ms": trace.key.event_ms,
        "event_time": moment.isoformat(timespec="milliseconds"),
        "alphastrike": row["software"],
        "triggers": row["triggers"],
        "verdicts": [call.verdict for call in trace.calls],
        "episode": placed.episode,
        "split": placed.split,
        "replay_config": row["outcome_version"],
    }


def _redaction(redactor: Redactor) -> dict[str, Any]:
    return {
        "version": REDACTION_VERSION,
        "rules": list(redactor.names),
        "replaced": dict(sorted(redactor.replaced.items())),
    }
