"""What can be traded, in which steps, at what cost and against how much margin."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from alphastrike.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class MarginTier:
    """One bracket of a maintenance-margin schedule.

    `floor_notional` (quote) is inclusive; `maintenance_margin_rate` is a fraction of notional.
    """

    floor_notional: Decimal
    maintenance_margin_rate: Decimal
    max_leverage: int


@dataclass(frozen=True, slots=True)
class UnifiedInstrument:
    """A linear perpetual as every room knows it. Rates are fractions of notional."""

    symbol: str
    venue: str
    native_symbol: str
    tick_size: Decimal
    quantity_step: Decimal
    min_quantity: Decimal
    min_notional: Decimal
    maker_fee_rate: Decimal
    taker_fee_rate: Decimal
    liquidation_fee_rate: Decimal
    margin_tiers: tuple[MarginTier, ...]
    quote_asset: str = "USDT"

    def __post_init__(self) -> None:
        """Refuse an instrument that could not be traded safely."""
        for name in ("tick_size", "quantity_step"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"{self.symbol}.{name}: observed {getattr(self, name)}, allowed > 0")
        if not self.margin_tiers or self.margin_tiers[0].floor_notional != 0:
            raise ConfigError(
                f"{self.symbol}.margin_tiers: missing; allowed: a schedule that starts at notional 0"
            )
        for low, high in pairwise(self.margin_tiers):
            if high.floor_notional <= low.floor_notional:
                raise ConfigError(
                    f"{self.symbol}.margin_tiers: floors must increase, observed {high.floor_notional}"
                )


def to_lots(quantity: Decimal, instrument: UnifiedInstrument) -> int:
    """Whole quantity steps in `quantity`, rounded toward zero: never more risk than asked."""
    return int((quantity / instrument.quantity_step).to_integral_value(rounding=ROUND_DOWN))


def to_order_quantity(lots: int, instrument: UnifiedInstrument) -> Decimal:
    """Exact base quantity of a number of steps; the one way from the numbers to an order."""
    return lots * instrument.quantity_step


def to_decimal(value: float) -> Decimal:
    """The shortest decimal that reads back as the same float64."""
    return Decimal(repr(float(value)))
