"""Coin-margined perpetuals: contracts of a fixed quote value, profit and margin in the coin.

Maintenance is on the notional in coin, `contracts * contract_value / price`, by tiers as in
`kernel_margin`.
"""

from typing import Any

import numpy as np

from alphastrike.numerics.compiled import compiled


@compiled
def inverse_pnl(contracts: float, contract_value: float, entry_price: float, price: float) -> float:
    """Profit in coin of signed `contracts`: N c (1/entry - 1/price)."""
    return contracts * contract_value * (1.0 / entry_price - 1.0 / price)


@compiled
def inverse_liquidation_price(
    contracts: float, contract_value: float, entry_price: float, collateral: float, tiers: Any
) -> float:
    """The mark price at which coin equity meets maintenance margin; NaN when no positive price does.

    `collateral` is in coin. The tier used is the one that contains the coin notional at the answer.
    """
    side = 1.0 if contracts > 0 else -1.0
    value = abs(contracts) * contract_value
    if value == 0.0:
        return np.nan
    for tier in range(tiers.shape[0]):
        floor = tiers[tier, 0]
        if floor == np.inf:
            break
        ceiling = tiers[tier + 1, 0] if tier + 1 < tiers.shape[0] else np.inf
        backing = collateral + tiers[tier, 2] + side * value / entry_price
        price = (side + tiers[tier, 1]) * value / backing if backing != 0.0 else np.nan
        notional = value / price
        if price > 0.0 and notional >= floor * (1.0 - 1e-12) and notional <= ceiling * (1.0 + 1e-12):
            return float(price)
    return np.nan


@compiled
def inverse_bankruptcy_price(
    contracts: float, contract_value: float, entry_price: float, collateral: float
) -> float:
    """The price at which coin collateral is exactly lost; NaN when no positive price loses it."""
    value = contracts * contract_value
    backing = collateral + value / entry_price
    price = value / backing if backing != 0.0 else np.nan
    return price if price > 0.0 else np.nan
