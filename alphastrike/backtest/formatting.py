"""Numbers as people read them; an unknown one is a dash, never a zero."""

from datetime import UTC, datetime

from alphastrike.domain.intervals import DAY_MS, HOUR_MS

UNKNOWN = "-"


def money(value: float | None) -> str:
    """Quote currency with thousands separators; small amounts keep four significant places."""
    if value is None:
        return UNKNOWN
    return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:,.4f}"


def percent(fraction: float | None, digits: int = 2) -> str:
    """A fraction as per cent."""
    if fraction is None:
        return UNKNOWN
    value = fraction * 100
    smallest = 10.0**-digits
    if value != 0 and abs(value) < smallest / 2:
        return f"<{smallest:g}%" if value > 0 else f">-{smallest:g}%"
    return f"{value:,.{digits}f}%"


def number(value: float | None, digits: int = 2) -> str:
    """A plain number; whole numbers without a decimal point."""
    if value is None:
        return UNKNOWN
    return f"{value:,d}" if isinstance(value, int) else f"{value:,.{digits}f}"


def moment(ms: int | None) -> str:
    """UTC time to the minute; the last millisecond of a candle reads as the minute it ends."""
    if ms is None:
        return UNKNOWN
    whole = ms + 1 if ms % 1000 == 999 else ms
    return datetime.fromtimestamp(whole / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M")


def span(ms: float | None) -> str:
    """A length of time in hours or days."""
    if ms is None:
        return UNKNOWN
    return f"{ms / DAY_MS:,.1f} d" if ms >= 2 * DAY_MS else f"{ms / HOUR_MS:,.1f} h"
