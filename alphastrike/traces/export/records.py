"""A record as it is written: content, where it came from, and the hash of what it says."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alphastrike.traces.export.redaction.redactor import REDACTION_VERSION, Redactor
from alphastrike.traces.export.shared import Shared
from alphastrike.traces.export.trace import Json, Trace

Rendering = Callable[[Json], Json]
RECORD_VERSION = 1
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_TOLD = (
    "run_id",
    "advisor",
    "cause",
    "model",
    "digest",
    "protocol",
    "triggers",
    "software",
    "outcome_version",
)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a record belongs: its split, and the episode it is of."""

    split: str
    episode: str


def sealed(content: Json, trace: Trace, placed: Placed, redactor: Redactor, rendered: Rendering) -> bytes:
    """The record as a line, without what must not leave; the hash is of the content as it is written."""
    redactor.replaced.clear()
    clean = rendered(redactor.redacted(content))
    said = _said(clean)
    told = redactor.redacted({name: trace.row[name] for name in _TOLD}) | _place(trace, placed)
    told["alphastrike"], told["replay_config"] = told.pop("software"), told.pop("outcome_version")
    told["redaction"] = _redaction(redactor)
    told["content_sha256"] = hashlib.sha256(said.encode()).hexdigest()
    head = _line({"schema_version": RECORD_VERSION, "id": f"{trace.key.trace_id}.{trace.key.attempt}"})
    # The content, long as it is, becomes text once.
    return f'{head[:-1]},{said[1:-1]},"provenance":{_line(told)}}}\n'.encode()


def _said(content: Json) -> str:
    """The content as JSON; what many records share is not written out for each of them anew."""
    tools = content.pop("tools", None)
    if not isinstance(tools, list):
        return _line(content if tools is None else {**content, "tools": tools})
    texts = ",".join(_shared_line(tool) if isinstance(tool, Shared) else _line(tool) for tool in tools)
    return f'{_line(content)[:-1]},"tools":[{texts}]}}'


def _shared_line(tool: Shared) -> str:
    if tool.text is None:
        tool.text = _line(tool)
    return tool.text


def _line(value: Any) -> str:
    return _ENCODER.encode(value)


def _place(trace: Trace, placed: Placed) -> Json:
    moment = datetime.fromtimestamp(trace.key.event_ms / 1_000, UTC)
    return {
        "event_ms": trace.key.event_ms,
        "event_time": moment.isoformat(timespec="milliseconds"),
        "verdicts": [call.verdict for call in trace.calls],
        "episode": placed.episode,
        "split": placed.split,
    }


def _redaction(redactor: Redactor) -> dict[str, Any]:
    return {
        "version": REDACTION_VERSION,
        "rules": list(redactor.names),
        "replaced": dict(sorted(redactor.replaced.items())),
    }
