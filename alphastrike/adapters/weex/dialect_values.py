"""Numbers, identifiers and sides as WEEX writes them; shared by what the simulator says."""

from decimal import Decimal

from alphastrike.domain.orders import Side, UnifiedOrder

FIRST_ID = 702_345_678_901_000_000  # the venue's numbers exceed 2**53, and so do these


def position_side(order: UnifiedOrder) -> str:
    """LONG or SHORT, as the venue's clients must name it."""
    return "LONG" if (order.side is Side.BUY) is not order.reduce_only else "SHORT"


def native_id(number: str) -> int:
    """An identifier as large as the venue's."""
    return FIRST_ID + int(number)


def text(value: Decimal | float) -> str:
    """A number as the venue writes it: plain, without an exponent."""
    return format(value if isinstance(value, Decimal) else Decimal(repr(float(value))), "f")
