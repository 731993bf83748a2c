"""Positions and balances as they cross the exchange boundary."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class MarginMode(Enum):
    """Whether a position is backed by its own margin or by the whole account."""

    CROSS = "cross"
    ISOLATED = "isolated"


@dataclass(frozen=True, slots=True)
class UnifiedPosition:
    """An open position. `quantity` is signed base units: positive long, negative short."""

    symbol: str
    quantity: Decimal
    entry_price: Decimal
    mark_price: Decimal
    unrealized_pnl: Decimal
    leverage: int
    margin_mode: MarginMode
    isolated_margin: Decimal | None = None
    liquidation_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class UnifiedBalance:
    """One asset of the account, in that asset. `wallet` excludes unrealised profit."""

    asset: str
    wallet: Decimal
    available: Decimal
    unrealized_pnl: Decimal


@dataclass(frozen=True, slots=True)
class AccountNews:
    """What changed in the account, and why in the venue's words. Rows not named did not change.

    A position closed is one of quantity 0. The balances' `available` is 0 where the venue does not say it.
    """

    event_time_ms: int
    reason: str
    balances: tuple[UnifiedBalance, ...] = ()
    positions: tuple[UnifiedPosition, ...] = ()
