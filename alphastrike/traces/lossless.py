"""Any message as JSON text, and back, with nothing lost and nothing left out.

What JSON has no word for is an object with one key that begins with `$`. Objects of unknown classes
are taken apart by their attributes, so whatever field a library adds tomorrow is there as well.
"""

import base64
import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_DEEPEST = 200
_MARK = '"$'  # how every key of a strange object begins


def to_text(value: Any) -> str:
    """The value as one line of ASCII JSON; never raises."""
    try:
        return json.dumps(plain(value), allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        told = {"$unreadable": type(value).__name__, "why": type(error).__name__}
        return json.dumps(told)


def from_text(text: str) -> Any:
    """The value `to_text` was given; tuples come back as lists, strange objects as their attributes."""
    found = json.loads(text)
    return _restored(found) if _MARK in text else found


def plain(value: Any, depth: int = 0) -> Any:
    """The value in JSON's own types."""
    if depth > _DEEPEST:
        return {"$deeper": type(value).__name__}
    if value is None or type(value) in {bool, str, int}:
        return value
    if isinstance(value, Mapping):
        return _mapping(value, depth)
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each, depth + 1) for each in value]
    return _special(value, depth)


def _mapping(value: Mapping[Any, Any], depth: int) -> Any:
    if all(isinstance(key, str) for key in value):
        inner = {str(key): plain(each, depth + 1) for key, each in value.items()}
        return {"$dict": inner} if any(key.startswith("$") for key in inner) else inner
    return {"$pairs": [[plain(key, depth + 1), plain(each, depth + 1)] for key, each in value.items()]}


def _special(value: Any, depth: int) -> Any:
    if isinstance(value, int | float | str):
        return _scalar(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return {"$bytes": base64.b64encode(bytes(value)).decode("ascii")}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime | date):
        return {"$datetime": value.isoformat()}
    fields = _attributes(value)
    if fields is None:
        return {"$repr": repr(value)[:2_000], "$type": type(value).__name__}
    return plain(fields, depth + 1)


def _scalar(value: Any) -> Any:
    """A number or text, also of a class that inherits from one."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    return float(value) if math.isfinite(value) else {"$float": repr(float(value))}


def _attributes(value: Any) -> dict[str, Any] | None:
    """What an object holds: a model's fields and extras, a dataclass's fields, or its attributes."""
    fields = getattr(type(value), "model_fields", None)
    if fields is not None:
        extra = getattr(value, "model_extra", None) or {}
        return {**{name: getattr(value, name) for name in fields}, **extra}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    held = getattr(value, "__dict__", None)
    return dict(held) if held else None


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return [_restored(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, inner = next(iter(value.items()))
        if name in _READERS:
            return _READERS[name](inner)
    return {key: _restored(each) for key, each in value.items()}


_READERS: dict[str, Any] = {
    "$float": float,
    "$decimal": Decimal,
    "$datetime": datetime.fromisoformat,
    "$bytes": base64.b64decode,
    "$dict": lambda inner: {key: _restored(each) for key, each in inner.items()},
    "$pairs": lambda pairs: {_restored(key): _restored(each) for key, each in pairs},
}
