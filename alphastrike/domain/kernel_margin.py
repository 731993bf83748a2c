"""Margin of linear perpetuals: maintenance by tiers, liquidation and bankruptcy prices.

`tiers` is (tiers, 4): notional floor, maintenance rate, deduction, highest leverage.
MM(n) = n * rate - deduction
for the tier that contains n, which is continuous across tiers (venues call the deduction
"cum" or "maintenance_deduction": [2] and [3] in docs/concepts/domain.md).
"""

from typing import Any

import numpy as np

from alphastrike.numerics.compiled import compiled


@compiled
def maintenance_margin(notional: float, tiers: Any) -> float:
    """Maintenance margin (quote) of a position of `notional` >= 0."""
    tier = _tier_of(notional, tiers)
    return float(notional * tiers[tier, 1] - tiers[tier, 2])


@compiled
def tier_leverage(notional: float, tiers: Any) -> float:
    """The highest leverage a position of `notional` >= 0 may be held with."""
    return float(tiers[_tier_of(notional, tiers), 3])


@compiled
def _tier_of(notional: float, tiers: Any) -> int:
    tier = 0
    while tier + 1 < tiers.shape[0] and notional >= tiers[tier + 1, 0]:
        tier += 1
    return tier


@compiled
def liquidation_price(quantity: float, entry_price: float, collateral: float, tiers: Any) -> float:
    """The mark price at which equity equals maintenance margin; NaN when no positive price does.

    `quantity` is signed base units. `collateral` is what stands behind the position besides its
    own profit: the isolated margin, or wallet + other positions' profit - their maintenance.
    The tier used is the one that contains the notional at the answer, not the entry's.
    """
    side = 1.0 if quantity > 0 else -1.0
    size = abs(quantity)
    if size == 0.0:
        return np.nan
    for tier in range(tiers.shape[0]):
        floor = tiers[tier, 0]
        if floor == np.inf:
            break
        ceiling = tiers[tier + 1, 0] if tier + 1 < tiers.shape[0] else np.inf
        numerator = collateral + tiers[tier, 2] - side * size * entry_price
        price = numerator / (size * tiers[tier, 1] - side * size)
        notional = size * price
        # The margin function is continuous, so a hair's breadth over an edge is the same price.
        if price > 0.0 and notional >= floor * (1.0 - 1e-12) and notional <= ceiling * (1.0 + 1e-12):
            return float(price)
    return np.nan


@compiled
def backstop_price(quantity: float, entry_price: float, collateral: float, tiers: Any) -> float:
    """The mark price at which equity is two thirds of maintenance, where a backstop takes over ([3]).

    NaN when no positive price gets there.
    """
    reduced = tiers.copy()
    reduced[:, 1] *= 2.0 / 3.0
    reduced[:, 2] *= 2.0 / 3.0
    return liquidation_price(quantity, entry_price, collateral, reduced)


@compiled
def bankruptcy_price(quantity: float, entry_price: float, collateral: float) -> float:
    """The price at which `collateral` is exactly lost; NaN when no positive price loses it."""
    price = entry_price - collateral / quantity if quantity != 0.0 else np.nan
    return price if price > 0.0 else np.nan
