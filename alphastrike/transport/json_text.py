"""JSON from and to the wire. Numbers with a point become `Decimal`, so no digit of a price is lost."""

from decimal import Decimal
from functools import cache
from typing import Any


class BrokenJson(ValueError):
    """Text that is no JSON: cut off, an HTML page, or garbage."""


@cache
def _decode() -> Any:
    import msgspec  # noqa: PLC0415

    return msgspec.json.Decoder(float_hook=Decimal).decode


@cache
def _encoder() -> Any:
    import msgspec  # noqa: PLC0415

    return msgspec.json.Encoder(decimal_format="string")


def decode(text: str | bytes) -> Any:
    """Parse; `BrokenJson` says how the text begins."""
    try:
        return _decode()(text)
    except (ValueError, RecursionError) as error:
        raise BrokenJson(f"no JSON: {error}; begins {text[:60]!r}") from error


def encode(value: Any) -> bytes:
    """Compact JSON; `Decimal` becomes a string."""
    encoded: bytes = _encoder().encode(value)
    return encoded
