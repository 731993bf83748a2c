"""Values out of a venue's own messages. What is missing or unreadable is one typed fault, never a guess.

A row is a decoded JSON object: numbers may arrive as text or as numbers, identifiers as either.
"""

from collections.abc import Mapping
from decimal import Decimal, DecimalException
from typing import Any

from alphastrike.domain.errors import VenueUnreachable

Row = Mapping[str, Any]


def decimal_at(row: Row, *keys: str) -> Decimal:
    """The finite number under the first of the keys that is there."""
    found = optional_decimal_at(row, *keys)
    if found is None:
        raise _unreadable(keys, None, "a number")
    return found


def optional_decimal_at(row: Row, *keys: str) -> Decimal | None:
    """The finite number under the first of the keys that is there, or None where none is or it is empty."""
    value = _first(row, keys)
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except DecimalException as error:
        raise _unreadable(keys, value, "a number") from error
    if isinstance(value, bool) or not number.is_finite():
        raise _unreadable(keys, value, "a finite number")
    return number


def integer_at(row: Row, *keys: str) -> int:
    """The whole number under the first of the keys that is there."""
    number = decimal_at(row, *keys)
    if number != number.to_integral_value():
        raise _unreadable(keys, number, "a whole number")
    return int(number)


def text_at(row: Row, *keys: str) -> str:
    """The text (or the number as text: identifiers may exceed 2**53) under the first key that is there."""
    value = _first(row, keys)
    if value is None or isinstance(value, bool | list | dict):
        raise _unreadable(keys, value, "text")
    return str(value)


def rows_of(value: object) -> tuple[Row, ...]:
    """The objects of a list; a list of anything else cannot be read."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise VenueUnreachable(f"answer: observed {str(value)[:80]!r}, allowed a list of objects")
    return tuple(value)


def row_of(value: object) -> Row:
    """An object; anything else cannot be read."""
    if not isinstance(value, dict):
        raise VenueUnreachable(f"answer: observed {str(value)[:80]!r}, allowed an object")
    return value


def _first(row: Row, keys: tuple[str, ...]) -> object:
    return next((row[key] for key in keys if row.get(key) is not None), None)


def _unreadable(keys: tuple[str, ...], value: object, allowed: str) -> VenueUnreachable:
    return VenueUnreachable(f"answer: {' or '.join(keys)}: observed {str(value)[:80]!r}, allowed {allowed}")
