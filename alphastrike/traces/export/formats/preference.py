"""`preference`: prompt, chosen, rejected; a pair only where a replay supports one beyond chance."""

from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.labels import pair_of
from alphastrike.traces.export.projection import Format, assistant, branch_calls
from alphastrike.traces.export.trace import Json, Trace


def _project(trace: Trace, dialogue: Dialogue) -> list[Json]:
    pair = pair_of(trace.label)
    if pair is None or trace.label is None:
        return []
    return [
        {
            "prompt": list(dialogue.messages),
            "chosen": [assistant(branch_calls(trace.label, pair.chosen, dialogue.calls))],
            "rejected": [assistant(branch_calls(trace.label, pair.rejected, dialogue.calls))],
            "tools": list(dialogue.tools),
            "evidence": {
                "chosen": pair.chosen,
                "rejected": pair.rejected,
                "margin": pair.margin,
                "placebo_spread": pair.placebo_spread,
            },
        }
    ]


plugin = Format("preference", _project, needs_label=True)
