"""How far every position stays from its liquidation, as a share of how far it must."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    return after["distance"] >= after["needed_distance"], after["distance"], after["needed_distance"]


rule = Rule(
    "liquidation_distance",
    Code.LIQUIDATION_DISTANCE,
    "fraction of the mark",
    "risk.liquidation_sigmas",
    judge,
)
