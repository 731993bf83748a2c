"""Open positions and entries on their way, against the most there may be."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = float(desk.rules[0]["max_positions"])
    return after["count"] <= limit, float(after["count"]), limit


rule = Rule("position_count", Code.MAX_POSITIONS, "positions", "risk.max_positions", judge)
