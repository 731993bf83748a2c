"""The venue's rules for prices and sizes, and numbers as it writes and signs them.

A perpetual's price has at most five significant figures and at most 6 - size_decimals decimals;
a whole number is always allowed. A size has at most size_decimals decimals.
"""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

from alphastrike.domain.errors import VenueRejected

MIN_NOTIONAL = Decimal(10)
_SIGNIFICANT_FIGURES = 5
PRICE_DECIMALS = 6
_WIRE_DECIMALS = 8


def to_wire(value: Decimal) -> str:
    """A number as it is signed: plain notation without trailing zeros, exact to eight decimals.

    `VenueRejected` when it is not finite or would have to be rounded.
    """
    if not value.is_finite() or decimals_of(value) > _WIRE_DECIMALS:
        raise VenueRejected(f"number: observed {value}, allowed a finite one of at most 8 decimals")
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def decimals_of(value: Decimal) -> int:
    """Digits after the point, trailing zeros not counted."""
    fraction = f"{value:f}".partition(".")[2].rstrip("0")
    return len(fraction)


def price_step(price: Decimal, size_decimals: int) -> Decimal:
    """Distance between allowed prices around a price > 0."""
    figures = price.adjusted() - (_SIGNIFICANT_FIGURES - 1)
    return Decimal(1).scaleb(min(0, max(figures, size_decimals - PRICE_DECIMALS)))


def is_valid_price(price: Decimal, size_decimals: int) -> bool:
    """Whether the venue accepts an order at this price."""
    return price.is_finite() and price > 0 and price % price_step(price, size_decimals) == 0


def is_valid_size(size: Decimal, size_decimals: int) -> bool:
    """Whether the venue accepts an order of this size."""
    return size.is_finite() and size > 0 and decimals_of(size) <= size_decimals


def reachable_price(price: Decimal, size_decimals: int, *, upward: bool) -> Decimal:
    """The nearest allowed price at or above (`upward`) or at or below a price > 0."""
    step = price_step(price, size_decimals)
    steps = (price / step).to_integral_value(rounding=ROUND_UP if upward else ROUND_DOWN)
    return max(step, steps * step)
