"""The palette as a whole: every tool's model by its name, and the schemas a language model is shown."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from alphastrike.domain.interventions import Tool
from alphastrike.llm.tools import (
    AdjustConviction,
    AdjustLeverage,
    AdjustPositionSize,
    DisableAsset,
    DisableShorts,
    Text,
    ToolCall,
)

_FREE = ("reason", "message")
_LONGEST_FREE = 80  # asked of a model; small ones otherwise go on until they are cut off


class SendAlert(ToolCall):
    """Tell the operator; changes nothing."""

    severity: Annotated[Literal["info", "warning", "critical"], Field(description="how urgent it is")]
    message: Text = ""


class NoAction(ToolCall):
    """Change nothing."""

    reason: Text


MODELS: dict[Tool, type[ToolCall]] = {
    Tool.ADJUST_CONVICTION: AdjustConviction,
    Tool.ADJUST_POSITION_SIZE: AdjustPositionSize,
    Tool.ADJUST_LEVERAGE: AdjustLeverage,
    Tool.DISABLE_SHORTS: DisableShorts,
    Tool.DISABLE_ASSET: DisableAsset,
    Tool.SEND_ALERT: SendAlert,
    Tool.NO_ACTION: NoAction,
}


def argument_schema(tool: Tool, symbols: Sequence[str]) -> dict[str, Any]:
    """JSON schema of a tool's arguments for these symbols; every argument is asked for."""
    schema = MODELS[tool].model_json_schema(by_alias=False)
    properties = {}
    for name in sorted(schema["properties"], key=lambda name: name in _FREE):
        field = dict(schema["properties"][name])
        for dropped in ("title", "default", "maxLength"):
            field.pop(dropped, None)
        if name == "symbol":
            field["enum"] = list(symbols)
        if name in _FREE:
            field["maxLength"] = _LONGEST_FREE
        properties[name] = field
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def answer_schema(symbols: Sequence[str]) -> dict[str, Any]:
    """JSON schema of one answer, `{"tool": ..., "args": {...}}`, for constrained decoding."""
    options = [
        {
            "type": "object",
            "properties": {"tool": {"const": tool.value}, "args": argument_schema(tool, symbols)},
            "required": ["tool", "args"],
            "additionalProperties": False,
        }
        for tool in MODELS
    ]
    return {"anyOf": options}


def tool_schemas(symbols: Sequence[str]) -> list[dict[str, Any]]:
    """The palette as native tool declarations."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.value,
                "description": (model.__doc__ or "").strip(),
                "parameters": argument_schema(tool, symbols),
            },
        }
        for tool, model in MODELS.items()
    ]
