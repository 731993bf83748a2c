"""The life of an order: every legal move is in this table, and only here."""

import numpy as np

from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.orders import OrderState

_P, _W, _PF = OrderState.PENDING, OrderState.WORKING, OrderState.PARTIALLY_FILLED
_F, _C, _R = OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED
_E, _U = OrderState.EXPIRED, OrderState.UNKNOWN

MOVES: dict[OrderState, frozenset[OrderState]] = {
    _P: frozenset({_W, _PF, _F, _C, _R, _E, _U}),
    _W: frozenset({_PF, _F, _C, _E, _R, _U}),
    _PF: frozenset({_PF, _F, _C, _E, _U}),
    _U: frozenset({_W, _PF, _F, _C, _R, _E}),
    _F: frozenset(),
    _C: frozenset(),
    _R: frozenset(),
    _E: frozenset(),
}

# The same table for compiled code: LEGAL[from, to].
LEGAL = np.array([[after in MOVES[before] for after in OrderState] for before in OrderState])
# States an order never leaves.
TERMINAL = np.array([not MOVES[state] for state in OrderState])


def advance(before: OrderState, after: OrderState) -> OrderState:
    """The state after a legal move; `InvariantBroken` for an illegal one, and nothing changed."""
    if after not in MOVES[before]:
        raise InvariantBroken(f"order state: {before.name} cannot become {after.name}")
    return after
