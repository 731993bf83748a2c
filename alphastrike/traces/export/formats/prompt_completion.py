"""`prompt-completion`: the same apart, so that a trainer's loss falls on the decision alone."""

from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.projection import Format, assistant
from alphastrike.traces.export.trace import Json, Trace


def _project(_trace: Trace, dialogue: Dialogue) -> list[Json]:
    answer = assistant(dialogue.calls, dialogue.thinking)
    return [{"prompt": list(dialogue.messages), "completion": [answer], "tools": list(dialogue.tools)}]


plugin = Format("prompt-completion", _project)
