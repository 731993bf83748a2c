"""`raw-jsonl`: everything the store holds of a trace, verbatim, for templates of one's own."""

import json
from typing import Any

from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.projection import Format
from alphastrike.traces.export.trace import Json, Trace


def _project(trace: Trace, dialogue: Dialogue) -> list[Json]:
    row = {**trace.row, "report": _read(trace.row["report"]), "outcome": _read(trace.row["outcome"])}
    return [{"trace": row, "events": list(trace.events), "tools": list(dialogue.tools)}]


def _read(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text, parse_constant=lambda name: {"$float": name})
    except ValueError:
        return text


plugin = Format("raw-jsonl", _project, wants_events=True)
