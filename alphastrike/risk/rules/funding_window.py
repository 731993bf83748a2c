"""The funding a new position would pay at once: none is opened just before a dear one."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = desk.rules[0]["funding_limit"]
    waits = after["funding_in_ms"] <= desk.rules[0]["funding_window_ms"]
    return not (waits and after["carry"] > limit), after["carry"], limit


rule = Rule("funding_window", Code.FUNDING_WINDOW, "fraction of notional", "risk.funding_limit_bps", judge)
