"""JSON from and to the wire. Numbers with a point become `Decimal`, so no digit of a price is lost."""

from collections.abc import Callable, Mapping
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


def typed_reader(name: str, fields: Mapping[str, tuple[str, Any, Any]]) -> Callable[[str | bytes], Any]:
    """A parser of one kind of message, straight into records; several times as fast as `decode`.

    `fields` maps a record's field to its name on the wire, its type and its value where it is absent. Fields
    not named are skipped; numbers may be written as texts. Text of another shape is `BrokenJson`.
    """
    import msgspec  # noqa: PLC0415

    wire = {field: named for field, (named, _, _) in fields.items()}
    members = [(field, kind, absent) for field, (_, kind, absent) in fields.items()]
    read = msgspec.json.Decoder(msgspec.defstruct(name, members, rename=wire, gc=False), strict=False).decode

    def parse(text: str | bytes) -> Any:
        try:
            return read(text)
        except (ValueError, RecursionError) as error:
            raise BrokenJson(f"no {name}: {error}; begins {text[:60]!r}") from error

    return parse


def encode(value: Any) -> bytes:
    """Compact JSON; `Decimal` becomes a string."""
    encoded: bytes = _encoder().encode(value)
    return encoded
