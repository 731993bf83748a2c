"""Candle intervals: the names traders use and their length in milliseconds."""

from alphastrike.domain.errors import ConfigError

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000

_INTERVALS: dict[str, int] = {
    "1s": 1_000,
    "1m": 60_000,
    "3m": 180_000,
    "5m": 300_000,
    "15m": 900_000,
    "30m": 1_800_000,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "6h": 6 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "1d": DAY_MS,
}
_NAMES = {length: name for name, length in _INTERVALS.items()}


def interval_ms(name: str) -> int:
    """Length of a named interval in milliseconds; `ConfigError` for an unknown name."""
    try:
        return _INTERVALS[name]
    except KeyError:
        allowed = ", ".join(_INTERVALS)
        raise ConfigError(f"interval: observed {name!r}, allowed one of {allowed}") from None


def interval_name(length_ms: int) -> str | None:
    """Name of an interval length, or None when no venue offers that length."""
    return _NAMES.get(length_ms)


def bars_in(hours: float, interval: int) -> int:
    """Whole bars of `interval` milliseconds that cover `hours`, at least one."""
    return max(1, -(-int(hours * HOUR_MS) // interval))


def stride_of(cadence_hours: float, interval: int) -> int:
    """How many bars make one candle of the cadence; 1 when bars are as long, or do not divide it."""
    cadence_ms = int(cadence_hours * HOUR_MS)
    return cadence_ms // interval if cadence_ms > 0 and cadence_ms % interval == 0 else 1
