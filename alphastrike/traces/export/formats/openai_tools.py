"""`openai-tools`: messages and tools as `apply_chat_template(tools=...)` and trainers take them."""

from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.projection import Format, assistant
from alphastrike.traces.export.trace import Json, Trace


def _project(_trace: Trace, dialogue: Dialogue) -> list[Json]:
    answer = assistant(dialogue.calls, dialogue.thinking)
    return [{"messages": [*dialogue.messages, answer], "tools": list(dialogue.tools)}]


plugin = Format("openai-tools", _project)
