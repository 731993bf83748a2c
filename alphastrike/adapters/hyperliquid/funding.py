"""What the venue charges every hour, from a rate it states for eight."""

from decimal import Decimal

_INTEREST = Decimal("0.0001")
_CLAMP = Decimal("0.0005")
_HOURLY_CAP = Decimal("0.04")
_HOURS = 8


def premium(impact_bid: Decimal, impact_ask: Decimal, oracle_price: Decimal) -> Decimal:
    """How far the impact prices lie outside the oracle's, as a fraction of it; positive above."""
    above = max(impact_bid - oracle_price, Decimal(0))
    below = max(oracle_price - impact_ask, Decimal(0))
    return (above - below) / oracle_price


def hourly_rate(average_premium: Decimal) -> Decimal:
    """The rate for one hour: an eighth of premium + clamp(0.01 % - premium, +-0.05 %), at most 4 %."""
    drift = max(-_CLAMP, min(_CLAMP, _INTEREST - average_premium))
    rate = (average_premium + drift) / _HOURS
    return max(-_HOURLY_CAP, min(_HOURLY_CAP, rate))


def payment(quantity: Decimal, oracle_price: Decimal, rate: Decimal) -> Decimal:
    """What an hour pays a position (base units, signed): longs pay a positive rate.

    The notional is at the oracle price, not at the mark price.
    """
    return -quantity * oracle_price * rate
