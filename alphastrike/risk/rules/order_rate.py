"""Opening orders sent within a minute, this one included."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = float(desk.rules[0]["order_rate"])
    return after["orders"] <= limit, float(after["orders"]), limit


rule = Rule("order_rate", Code.ORDER_RATE, "orders a minute", "risk.order_rate", judge)
