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
            value = getattr(self, name)
            if not (value.is_finite() and value > 0):
                raise ConfigError(f"{self.symbol}.{name}: observed {value}, allowed > 0")
        for name in ("min_quantity", "min_notional", "taker_fee_rate", "liquidation_fee_rate"):
            value = getattr(self, name)
            if not (value.is_finite() and value >= 0):
                raise ConfigError(f"{self.symbol}.{name}: observed {value}, allowed >= 0")
        _check_tiers(self.symbol, self.margin_tiers)


def _check_tiers(symbol: str, tiers: tuple[MarginTier, ...]) -> None:
    if not tiers or tiers[0].floor_notional != 0:
        raise ConfigError(f"{symbol}.margin_tiers: missing; allowed: a schedule that starts at notional 0")
    for tier in tiers:
        _check_tier(symbol, tier)
    for low, high in pairwise(tiers):
        if high.floor_notional <= low.floor_notional:
            raise ConfigError(f"{symbol}.margin_tiers: floors must increase, observed {high.floor_notional}")
        if high.maintenance_margin_rate < low.maintenance_margin_rate:
            raise ConfigError(
                f"{symbol}.margin_tiers: rates must not fall as notional grows, "
                f"observed {high.maintenance_margin_rate} from {high.floor_notional}"
            )


def _check_tier(symbol: str, tier: MarginTier) -> None:
    rate = tier.maintenance_margin_rate
    if not (rate.is_finite() and 0 <= rate < 1 and tier.floor_notional.is_finite()):
        raise ConfigError(
            f"{symbol}.margin_tiers: observed rate {rate} from {tier.floor_notional}; allowed: a finite "
            "floor and a maintenance rate of at least 0 and below 1"
        )
    if tier.max_leverage < 1:
        raise ConfigError(f"{symbol}.margin_tiers: observed leverage {tier.max_leverage}, allowed >= 1")


def to_lots(quantity: Decimal, instrument: UnifiedInstrument) -> int:
    """Whole quantity steps in `quantity`, rounded toward zero: never more risk than asked."""
    return int((quantity / instrument.quantity_step).to_integral_value(rounding=ROUND_DOWN))


def to_order_quantity(lots: int, instrument: UnifiedInstrument) -> Decimal:
    """Exact base quantity of a number of steps; the one way from the numbers to an order."""
    return lots * instrument.quantity_step


def to_decimal(value: float) -> Decimal:
    """The shortest decimal that reads back as the same float64."""
    return Decimal(repr(float(value)))
