"""The palette: one model a tool, which validates calls and gives the schemas a language model sees.

Ranges travel as lists of allowed values, because client and server drop minimum and maximum. `reason`
and `message` are asked for and not insisted on; every other argument is.
"""

from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1
FREE_TEXT = 280

Text = Annotated[str, Field(description="one short sentence")]
Symbol = Annotated[str, Field(max_length=64, description="a symbol of the report")]

_THRESHOLDS = (60, 65, 70, 75, 80, 85, 90, 95)
_MULTIPLIERS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_LEVERAGES = (1, 1.5, 2, 2.5, 3, 4, 5)
_HOURS = (4, 8, 12, 24, 48, 72, 168)


class ToolCall(BaseModel):
    """Arguments of a call: exact types, nothing missing, nothing foreign, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    reason: Text = ""


class AdjustConviction(ToolCall):
    """Demand more conviction before a new position in one symbol is opened."""

    symbol: Symbol
    threshold: Annotated[
        float,
        Field(
            validation_alias=AliasChoices("threshold", "new_threshold"),
            description="least conviction, 60 to 95; higher is safer",
            json_schema_extra={"enum": list(_THRESHOLDS)},
        ),
    ]


class AdjustPositionSize(ToolCall):
    """Make new positions in one symbol smaller."""

    symbol: Symbol
    multiplier: Annotated[
        float,
        Field(
            description="share of the usual size, 0.1 to 0.9; lower is safer",
            json_schema_extra={"enum": list(_MULTIPLIERS)},
        ),
    ]


class AdjustLeverage(ToolCall):
    """Cap the leverage of the whole account."""

    new_leverage: Annotated[
        float,
        Field(
            description="highest leverage, 1 to 5; lower is safer; must be below the present one",
            json_schema_extra={"enum": list(_LEVERAGES)},
        ),
    ]


class DisableShorts(ToolCall):
    """Forbid new short positions in one symbol."""

    symbol: Symbol


class DisableAsset(ToolCall):
    """Forbid new positions in one symbol for some hours."""

    symbol: Symbol
    duration_hours: Annotated[
        int, Field(description="hours, 4 to 168", json_schema_extra={"enum": list(_HOURS)})
    ]
