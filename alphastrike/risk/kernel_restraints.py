"""What an intervention may do to new positions: each restraint only ever makes stage 7 stricter.

A value that is NaN or outside its range counts as the strictest one. Leaving a position is never
restrained.
"""

from typing import Any

from alphastrike.domain.outcomes import Code
from alphastrike.numerics.compiled import compiled_without_allocation, constant

_CONVICTION, _SHORTS = constant(Code.RESTRAINED_CONVICTION), constant(Code.RESTRAINED_SHORTS)
_SYMBOL, _SIZE = constant(Code.RESTRAINED_SYMBOL), constant(Code.RESTRAINED_SIZE)


@compiled_without_allocation
def is_restrained(desk: Any, symbol: int, wanted: int) -> bool:
    """Whether a restraint forbids a new position in direction `wanted`; the decision says which."""
    decision, restraint = desk.decisions[symbol], desk.restraints[symbol]
    if restraint["entries_allowed"] != 1:
        _forbid(decision, _SYMBOL, restraint["entries_allowed"], 1.0)
        return True
    if wanted < 0 and restraint["shorts_allowed"] != 1:
        _forbid(decision, _SHORTS, restraint["shorts_allowed"], 1.0)
        return True
    floor = restraint["conviction_threshold"]
    if not (floor >= 0.0 and decision["conviction"] >= floor):
        _forbid(decision, _CONVICTION, decision["conviction"], floor)
        return True
    if not size_share(restraint) > 0.0:
        _forbid(decision, _SIZE, restraint["size_multiplier"], 0.0)
        return True
    return False


@compiled_without_allocation
def size_share(restraint: Any) -> float:
    """The share of a new position's size that is left, in [0, 1]."""
    share = restraint["size_multiplier"]
    return float(share) if 0.0 <= share <= 1.0 else 0.0


@compiled_without_allocation
def capped_leverage(value: float, cap: float, lowest: float) -> float:
    """Leverage under an account-wide cap; a cap that is no positive number allows the lowest only."""
    return min(value, cap) if cap > 0.0 else min(value, lowest)


@compiled_without_allocation
def _forbid(decision: Any, code: int, observed: float, limit: float) -> None:
    decision["code"] = code
    decision["observed"] = observed
    decision["limit"] = limit
