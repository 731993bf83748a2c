"""The loss of one bad day in a hundred with correlations stressed, against a share of equity."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import HAIR, Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = desk.rules[0]["stressed_loss"] * after["equity"]
    return after["loss"] <= limit * HAIR, after["loss"], limit


rule = Rule("stressed_loss", Code.STRESSED_LOSS, "quote", "risk.stressed_loss", judge)
