"""`chatml`: one text a record, as the Qwen2.5 template renders it; for bases without a template of their own.

Tools and calls are text here: a loader cannot tell them from other text. Source: the chat template of
Qwen2.5-Instruct.
"""

from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.projection import Format, compact
from alphastrike.traces.export.trace import Json, Trace

_TOOLS = """

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{tools}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""


def _project(_trace: Trace, dialogue: Dialogue) -> list[Json]:
    calls = [{"name": call.tool, "arguments": call.arguments} for call in dialogue.calls]
    told = {"messages": list(dialogue.messages), "calls": calls, "thinking": dialogue.thinking}
    return [{**told, "tools": list(dialogue.tools)}]


def _rendered(clean: Json) -> Json:
    tools = _TOOLS.format(tools="\n".join(compact(tool) for tool in clean["tools"]))
    turns = []
    for message in clean["messages"]:
        told = tools if message["role"] == "system" else ""
        turns.append(_turn(message["role"], "\n" + message["content"] + told))
    thinking = f"\n<think>\n{clean['thinking']}\n</think>\n" if clean["thinking"] else ""
    calls = "".join(
        f'\n<tool_call>\n{{"name": "{call["name"]}", "arguments": {_inert(call["arguments"])}}}\n</tool_call>'
        for call in clean["calls"]
    )
    turns.append(_turn("assistant", thinking + calls))
    return {"text": "".join(turns), "tools": clean["tools"]}


def _inert(arguments: Json) -> str:
    """The arguments as JSON in which no text is one of the template's own marks."""
    return compact(arguments).replace("<|", "<\\u007c")


def _turn(role: str, content: str) -> str:
    return f"<|im_start|>{role}{content}<|im_end|>\n"


plugin = Format("chatml", _project, rendered=_rendered)
