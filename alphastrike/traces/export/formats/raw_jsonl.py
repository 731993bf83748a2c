"""`raw-jsonl`: everything the store holds of a trace, verbatim, for templates of one's own."""

import json
from typing import Any

from alphastrike.traces.export.dialogue import Dialogue, interned
from alphastrike.traces.export.projection import Format
from alphastrike.traces.export.trace import Json, Trace


def _project(trace: Trace, dialogue: Dialogue) -> list[Json]:
    row = {**trace.row, "report": _read(trace.row["report"]), "outcome": _read(trace.row["outcome"])}
    events = [_shared(event) for event in trace.events]
    return [{"trace": row, "events": events, "tools": list(dialogue.tools)}]


def _shared(event: Json) -> Json:
    """The event; a question's tools are the same object in every record that has the same."""
    payload = event["payload"]
    body = payload.get("body") if isinstance(payload, dict) else None
    if not isinstance(body, dict):
        return event
    tools = body.get("tools")
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        return event
    return {**event, "payload": {**payload, "body": {**body, "tools": list(interned(tools))}}}


def _read(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text, parse_constant=lambda name: {"$float": name})
    except ValueError:
        return text


plugin = Format("raw-jsonl", _project, wants_events=True)
