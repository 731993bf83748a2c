"""Notional of all positions, longs and shorts alike, against leverage times equity."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import HAIR, Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = after["budget"]
    return after["gross"] <= limit * HAIR, after["gross"], limit


rule = Rule("gross_exposure", Code.GROSS_EXPOSURE, "quote", "risk.leverage", judge)
