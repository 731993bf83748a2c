"""Initial margin of all positions at the venue's leverage, against a share of equity."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import HAIR, Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = desk.rules[0]["initial_margin"] * after["equity"]
    return after["margin"] <= limit * HAIR, after["margin"], limit


rule = Rule("initial_margin", Code.INITIAL_MARGIN, "quote", "risk.initial_margin", judge)
