"""The fundings until the forecast's horizon: no position whose edge they would eat."""

import math
from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit.

    What is received counts for nothing: funding is a cost here, not a reason to trade.
    """
    carry, surplus = after["expected_carry"], after["surplus"]
    return bool(surplus == math.inf or carry <= 0.0 or carry <= surplus), carry, surplus


rule = Rule(
    "expected_carry", Code.EXPECTED_CARRY, "fraction of notional", "signals.ensemble.edge_over_cost", judge
)
