"""What the simulated account is worth and owes, read from its arrays; money in quote currency."""

from alphastrike.adapters.simulated.books import Venue
from alphastrike.domain.kernel_accounting import unrealized_pnl
from alphastrike.domain.kernel_margin import liquidation_price, maintenance_margin, tier_leverage
from alphastrike.numerics.grid import on_grid


def unrealized(venue: Venue, row: int) -> float:
    """Profit of a symbol's open position at its mark price."""
    return float(unrealized_pnl(venue.positions[row]))


def equity(venue: Venue) -> float:
    """Wallet plus the unrealised profit of every position."""
    profit = sum(unrealized(venue, row) for row in range(len(venue.positions)))
    return float(venue.account[0]["wallet"]) + profit


def position_leverage(venue: Venue, row: int, setting: float, notional: float) -> float:
    """The leverage a position's margin is computed with: the setting, or what its tier allows."""
    return min(setting, float(tier_leverage(notional, venue.tiers[row])))


def initial_margin(venue: Venue, setting: float, added: tuple[int, int] = (0, 0)) -> float:
    """Margin that all positions need at their mark prices and a leverage setting.

    `added` is (row, signed lots) of an order to count as filled; resting orders do not count.
    """
    needed = 0.0
    for row, position in enumerate(venue.positions):
        lots = int(position["lots"]) + (added[1] if row == added[0] else 0)
        notional = abs(on_grid(lots, float(venue.instruments[row]["step"]))) * float(position["mark_price"])
        needed += notional / position_leverage(venue, row, setting, notional)
    return needed


def price_of_liquidation(venue: Venue, row: int) -> float:
    """Mark price at which a position is liquidated while all others stand still; NaN for none."""
    position = venue.positions[row]
    quantity = float(position["quantity"])
    backing = _collateral(venue, row)
    return float(liquidation_price(quantity, float(position["entry_price"]), backing, venue.tiers[row]))


def _collateral(venue: Venue, row: int) -> float:
    """Isolated margin, or wallet + the others' profit - the others' maintenance margin."""
    if venue.state[0]["is_isolated"]:
        return float(venue.positions[row]["isolated_margin"])
    backing = float(venue.account[0]["wallet"])
    for other, position in enumerate(venue.positions):
        if other == row or position["lots"] == 0:
            continue
        size = abs(float(position["quantity"]))
        notional = size * float(position["mark_price"])
        backing += unrealized(venue, other) - float(maintenance_margin(notional, venue.tiers[other]))
    return backing
