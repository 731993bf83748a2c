"""Longs minus shorts, toward the side of the order, against a share of leverage times equity."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import HAIR, Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = desk.rules[0]["net_exposure"] * after["budget"]
    return after["net"] <= limit * HAIR, after["net"], limit


rule = Rule("net_exposure", Code.NET_EXPOSURE, "quote", "risk.net_exposure", judge)
