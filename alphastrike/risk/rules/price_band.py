"""How far the prices an order names lie from the mark, as a fraction of it."""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.risk.rule import Rule


@compiled_without_allocation
def judge(desk: Any, after: Any) -> tuple[bool, float, float]:
    """Whether the account after the worst case passes, what was observed, and the limit."""
    limit = desk.rules[0]["price_band"]
    return after["band"] <= limit, after["band"], limit


rule = Rule("price_band", Code.PRICE_BAND, "fraction of the mark", "risk.price_band", judge)
