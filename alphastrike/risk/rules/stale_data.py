"""The age of the price the order is judged by: it must be this close's."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    return after["age_ms"] <= 0, float(after["age_ms"]), 0.0


rule = Rule("stale_data", Code.STALE_PRICE, "ms", "gateway", judge)
