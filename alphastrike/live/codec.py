"""Events, outcomes and commands as JSON and back, exactly: what a journal holds is what was handled.

Decimals travel as strings and floats as the shortest text that reads back as the same bits; the
value's class is written beside it, so that a new kind of event needs no line here.
"""

import dataclasses
import json
import math
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from alphastrike.domain.commands import Command
from alphastrike.domain.errors import DataError
from alphastrike.domain.events import Event
from alphastrike.domain.market import UnifiedFundingRate
from alphastrike.domain.outcomes import Outcome

Json = dict[str, Any]
_LINE = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def encode(value: Event | Command | Outcome | UnifiedFundingRate) -> Json:
    """The value as plain JSON types, its class name under `is`."""
    kind: Any = type(value)
    return {"is": kind.__name__, **_adapter(kind).dump_python(value, mode="json")}


def decode(data: Json) -> Any:
    """The value `encode` was given; `DataError` for a class or a field this version does not know."""
    kinds = _kinds()
    name = data.get("is")
    if name not in kinds:
        raise DataError(f"journal: observed a record of {name!r}, allowed {', '.join(sorted(kinds))}")
    fields = {key: value for key, value in data.items() if key != "is"}
    known = {field.name for field in dataclasses.fields(kinds[name])}
    if not fields.keys() <= known:
        strange = min(fields.keys() - known)
        raise DataError(f"journal: {name}: observed field {strange!r}, allowed {', '.join(sorted(known))}")
    try:
        return _adapter(kinds[name]).validate_python(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(f"journal: {name}.{place}: {first['msg']}") from None


def to_text(value: Any) -> str:
    """One line of standard JSON: numbers JSON has no word for are spelled as strings."""
    try:
        return _LINE.encode(value)
    except ValueError:
        return _LINE.encode(_spelled(value))


def _spelled(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, dict):
        return {key: _spelled(each) for key, each in value.items()}
    return [_spelled(each) for each in value] if isinstance(value, list | tuple) else value


@cache
def _kinds() -> dict[str, Any]:
    unions: tuple[Any, ...] = (Event, Command, Outcome)
    members = (*(member for union in unions for member in get_args(union)), UnifiedFundingRate)
    return {member.__name__: member for member in members}


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
