"""`sharegpt`: as LLaMA-Factory reads it, with `function_call` turns and the `dataset_info.json` it asks for.

Its reader wants human and function_call turns by turns and an even number of them, tools as a JSON text of
bare functions, and a call's arguments as an object. Source: LLaMA-Factory, `data/converter.py` and
`data/formatter.py`.
"""

from collections.abc import Sequence

from alphastrike.traces.export.dialogue import Dialogue
from alphastrike.traces.export.projection import Format, compact
from alphastrike.traces.export.trace import Json, Trace

_COLUMNS = {"messages": "conversations", "system": "system", "tools": "tools"}


def _project(_trace: Trace, dialogue: Dialogue) -> list[Json]:
    system = "\n".join(one["content"] for one in dialogue.messages if one["role"] == "system")
    asked = "\n".join(one["content"] for one in dialogue.messages if one["role"] != "system")
    calls = [{"name": call.tool, "arguments": call.arguments} for call in dialogue.calls]
    answer = compact(calls[0] if len(calls) == 1 else calls)
    if dialogue.thinking:
        answer = f"<think>\n{dialogue.thinking}\n</think>\n\n{answer}"
    return [
        {
            "conversations": [{"from": "human", "value": asked}, {"from": "function_call", "value": answer}],
            "system": system,
            "tools": compact([tool.get("function", tool) for tool in dialogue.tools]),
        }
    ]


def _companions(names: Sequence[str]) -> dict[str, Json]:
    info = {
        f"alphastrike_{name.removesuffix('.jsonl')}": {
            "file_name": name,
            "formatting": "sharegpt",
            "columns": _COLUMNS,
        }
        for name in names
    }
    return {"dataset_info.json": info}


plugin = Format("sharegpt", _project, companions=_companions)
