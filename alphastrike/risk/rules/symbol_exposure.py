"""Notional in one symbol against a share of leverage times equity."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import HAIR, Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = desk.rules[0]["symbol_exposure"] * after["budget"]
    return after["own"] <= limit * HAIR, after["own"], limit


rule = Rule("symbol_exposure", Code.SYMBOL_EXPOSURE, "quote", "risk.symbol_exposure", judge)
