"""Where a linear perpetual position is liquidated and where its collateral is gone.

Sources: [2] in docs/concepts/domain.md, with maintenance amounts; [3], with maintenance deductions, is
the same algebra.
"""

import math
from decimal import Decimal

import numpy as np

from alphastrike.domain import kernel_margin as kernel
from alphastrike.domain.instruments import UnifiedInstrument, to_decimal
from alphastrike.domain.ledger import tier_rows


def maintenance_margin(notional: Decimal, instrument: UnifiedInstrument) -> Decimal:
    """Maintenance margin (quote) of a position of `notional` >= 0 by the instrument's tiers."""
    return to_decimal(kernel.maintenance_margin(float(notional), np.array(tier_rows(instrument))))


def liquidation_price(
    quantity: Decimal, entry_price: Decimal, collateral: Decimal, instrument: UnifiedInstrument
) -> Decimal | None:
    """Mark price at which equity meets maintenance margin; None when no positive price does.

    `quantity` is signed base units. `collateral` (quote): the isolated margin, or for cross
    margin wallet + profit of other positions - their maintenance margin.
    """
    price = kernel.liquidation_price(
        float(quantity), float(entry_price), float(collateral), np.array(tier_rows(instrument))
    )
    return None if math.isnan(price) else to_decimal(price)


def bankruptcy_price(quantity: Decimal, entry_price: Decimal, collateral: Decimal) -> Decimal | None:
    """Price at which `collateral` is exactly lost; None when no positive price loses it."""
    price = kernel.bankruptcy_price(float(quantity), float(entry_price), float(collateral))
    return None if math.isnan(price) else to_decimal(price)
