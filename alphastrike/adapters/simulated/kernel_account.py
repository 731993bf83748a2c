"""The simulated venue's view of the account: marks, funding, collateral and where it runs out."""

from typing import Any

import numpy as np

from alphastrike.adapters.simulated.kernel_fills import note
from alphastrike.domain.kernel_accounting import apply_funding, funding_payment, unrealized_pnl
from alphastrike.domain.kernel_margin import liquidation_price, maintenance_margin
from alphastrike.domain.records import NOTICE_FUNDING
from alphastrike.numerics.compiled import compiled_into_caller, compiled_without_allocation, constant

# What backs a position: all of it, or what other positions' maintenance leaves free.
WHOLE, FREE = constant(0), constant(1)
_NONE = constant(0)


@compiled_without_allocation
def mark_account(venue: Any) -> None:
    """Sum unrealised profit and maintenance margin over all symbols, at their mark prices."""
    unrealized = 0.0
    maintenance = 0.0
    for symbol in range(venue.positions.shape[0]):
        if venue.positions[symbol]["lots"] != 0:
            unrealized += venue.unrealized[symbol]
            maintenance += venue.maintenance[symbol]
    venue.state[0]["unrealized"] = unrealized
    venue.state[0]["maintenance"] = maintenance


@compiled_without_allocation
def settle_funding(venue: Any, symbol: int, rate: float, ts_ms: int) -> None:
    """Exchange funding on the position in hand at the last mark price; nothing when flat."""
    position = venue.positions[symbol]
    if position["lots"] == 0:
        return
    step = venue.instruments[symbol]["step"]
    payment = funding_payment(position["lots"], step, position["mark_price"], rate)
    row = venue.funding[venue.used[1]]
    venue.used[1] += 1
    row["ts_ms"] = ts_ms
    row["symbol"] = symbol
    row["rate"] = rate
    row["mark_price"] = position["mark_price"]
    row["lots"] = position["lots"]
    row["payment"] = payment
    apply_funding(venue.account[0], position, payment)
    if venue.state[0]["is_isolated"] != 0:
        position["isolated_margin"] += payment
    note(venue, NOTICE_FUNDING, symbol, _NONE, ts_ms)


@compiled_into_caller
def remark(venue: Any, symbol: int) -> None:
    """Bring the symbol's unrealised profit and maintenance margin up to its mark price."""
    position = venue.positions[symbol]
    state = venue.state[0]
    if position["lots"] == 0 and venue.maintenance[symbol] == 0.0 and venue.unrealized[symbol] == 0.0:
        return
    unrealized = unrealized_pnl(position)
    notional = abs(position["quantity"]) * position["mark_price"]
    maintenance = maintenance_margin(notional, venue.tiers[symbol])
    state["unrealized"] += unrealized - venue.unrealized[symbol]
    state["maintenance"] += maintenance - venue.maintenance[symbol]
    venue.unrealized[symbol] = unrealized
    venue.maintenance[symbol] = maintenance


@compiled_without_allocation
def collateral(venue: Any, symbol: int, share: int) -> float:
    """What backs a position; in cross mode the others' maintenance may be set aside first."""
    position = venue.positions[symbol]
    state = venue.state[0]
    if state["is_isolated"] != 0:
        return float(position["isolated_margin"])
    backing = venue.account[0]["wallet"] + state["unrealized"] - venue.unrealized[symbol]
    if share == FREE:
        backing -= state["maintenance"] - venue.maintenance[symbol]
    return float(backing)


@compiled_without_allocation
def liquidation_level(venue: Any, symbol: int, start: float, end: float) -> float:
    """Where on the way from start to end the position is liquidated; NaN when it survives."""
    position = venue.positions[symbol]
    tiers = venue.tiers[symbol]
    quantity = position["quantity"]
    entry = position["entry_price"]
    backing = collateral(venue, symbol, FREE)
    if backing + quantity * (end - entry) > maintenance_margin(abs(quantity) * end, tiers):
        return np.nan
    if backing + quantity * (start - entry) <= maintenance_margin(abs(quantity) * start, tiers):
        return start
    return liquidation_price(quantity, entry, backing, tiers)
