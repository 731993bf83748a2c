"""`kto`: prompt, completion and whether it was good; only where a replay tells beyond chance."""

from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.labels import is_good, value_of
from alphastrike.traces.export.projection import Format, assistant
from alphastrike.traces.export.trace import Json, Trace


def _project(trace: Trace, dialogue: Dialogue) -> list[Json]:
    good = is_good(trace.label)
    if good is None:
        return []
    return [
        {
            "prompt": list(dialogue.messages),
            "completion": [assistant(dialogue.calls)],
            "label": good,
            "tools": list(dialogue.tools),
            "evidence": {"value": value_of(trace.label)},
        }
    ]


plugin = Format("kto", _project, needs_label=True)
