"""A row of our own fields, as read from a described venue's answer."""

from collections.abc import Mapping
from typing import Any

from alphastrike.domain.errors import VenueUnreachable

FieldRow = Mapping[str, Any]


def needed(row: FieldRow, name: str) -> Any:
    """A field that an answer must have; without it the answer cannot be read."""
    value = row.get(name)
    if value is None:
        raise VenueUnreachable(f"answer: observed no {name}, allowed one where venue.yaml says it is")
    return value
