"""Points in time as people write them."""

from datetime import UTC, date, datetime, time

from alphastrike.domain.errors import ConfigError

_SMALLEST_MS = 100_000_000_000  # March 1973: a smaller number is a time in seconds
_ALLOWED = "an ISO date or time in UTC such as 2025-01-31 or 2025-01-31T12:00, or UTC milliseconds"


def milliseconds(value: object) -> object:
    """UTC milliseconds of an ISO text, a date or a datetime; a number stays as it is.

    Without an offset a time is UTC; without a time a date begins at midnight. `ValueError` says
    what is allowed; anything else comes back untouched for the caller's own check.
    """
    if isinstance(value, str):
        value = int(value) if value.lstrip("-").isdigit() else _parsed(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if isinstance(value, datetime):
        value = round((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() * 1000)
    if isinstance(value, int) and value < _SMALLEST_MS:
        raise ValueError(f"{_ALLOWED}; this would be before April 1973, is it in seconds?")
    return value


def moment_ms(text: str, option: str) -> int:
    """UTC milliseconds of a command-line value; `ConfigError` names the option."""
    try:
        found = milliseconds(text)
    except ValueError as error:
        raise ConfigError(f"{option}: observed {text!r}, allowed {error}") from None
    return int(str(found))


def _parsed(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(_ALLOWED) from None
