"""Stage 7 between closes: giving up a position that no stop protects."""

from typing import Any

from alphastrike.domain.outcomes import Reason
from alphastrike.domain.records import ACTS
from alphastrike.numerics.compiled import compiled_without_allocation, constant
from alphastrike.risk.kernel_sizing import has_pending

_STOP = constant(Reason.STOP)
_ACTS = constant(ACTS)


@compiled_without_allocation
def leave(desk: Any, symbol: int) -> None:
    """Ask for no position at all, unless an order already on its way brings that about."""
    intent = desk.intents[symbol]
    intent["acts"] = 0
    if desk.positions[symbol]["lots"] != 0 and not has_pending(desk, symbol, True):
        intent["acts"] = _ACTS
        intent["reason"] = _STOP
        intent["target_lots"] = 0
