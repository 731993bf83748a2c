"""The parts of the performance report: bounded numbers, names of ours and symbols, never free text.

A fraction is of 1, a share of equity; None is unknown. Counts stand beside what they support.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,40}$")]
Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**53)]


class Part(BaseModel):
    """Exact types, nothing foreign."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FiredPart(Part):
    """A trigger that fired; `scope` is a symbol or `portfolio`; observed None is no number."""

    scope: Name
    trigger: Literal["win_rate", "drawdown", "losing_streak"]
    observed: Number | None
    limit: Number
    samples: Count


class RecordPart(Part):
    """How trading went: of one symbol, or of all. `net_profit` is of initial equity, open ones included."""

    trades: Count
    win_rate: Fraction | None
    win_rate_trades: Count
    losses_in_a_row: Count
    drawdown: Number | None
    net_profit: Number


class SymbolPart(Part):
    """One symbol: its record, position (signed notional over equity), market, and what restrains it."""

    symbol: Name
    record: RecordPart
    position: Number
    unrealized: Number
    regime: Name
    verdict: Name  # what stopped it before risk, `passed` when nothing did
    conviction_threshold: Annotated[float, Field(ge=0, le=100)]
    size_multiplier: Fraction
    shorts_allowed: bool
    entries_allowed: bool


class InterventionPart(Part):
    """An intervention in force."""

    tool: Name
    symbol: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{0,40}$")]
    value: Number
    hours_left: Number


class SignalPart(Part):
    """A category of signals: how many are heard or retired, and its share of the weight."""

    category: Name
    active: Count
    retired: Count
    weight: Fraction
