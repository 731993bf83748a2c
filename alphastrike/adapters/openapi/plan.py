"""A sound description compiled: variables in, a request out; an answer in, rows of our fields out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any
from urllib.parse import quote, urlencode

import jmespath

from alphastrike.adapters.openapi.contract import KIND_WORDS, METHODS, STREAMS, Kind, Slot
from alphastrike.adapters.openapi.description import VenueDescription
from alphastrike.adapters.openapi.description_calls import Call, Reading, Stream, Value
from alphastrike.adapters.openapi.document import Document
from alphastrike.domain.errors import VenueRejected, VenueUnreachable

Variables = Mapping[str, str | None]
FieldRow = dict[str, Any]
Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class NativeRequest:
    """A request before it is signed. `query` and `body` are encoded as they will be sent."""

    operation: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: str
    content_type: str
    is_private: bool


class CompiledCall:
    """One call of a method; knows nothing of signing or of sockets."""

    def __init__(self, call: Call, slot: Slot, document: Document) -> None:
        """Compile what is read; the description has been checked."""
        self._call = call
        self._operation = document.operations[call.op]
        self._rows = jmespath.compile(call.rows)
        self._fields = _readers(call.fields, slot)

    def request(self, variables: Variables) -> NativeRequest:
        """The request for these variables; a parameter whose variable is absent is left out."""
        call, operation = self._call, self._operation
        values = _values(call.query, variables, call.intervals)
        path = operation.path
        for parameter in operation.parameters:
            if parameter.place == "path" and parameter.name in values:
                path = path.replace(
                    f"{{{parameter.name}}}", quote(_text(values.pop(parameter.name)), safe="")
                )
        body, form = (_values(part, variables, call.intervals) for part in (call.body, call.form))
        is_json = operation.body is not None and not call.form
        has_body = operation.method != "GET" and (body or form or operation.body is not None)
        content = json.dumps(body, separators=(",", ":")) if is_json else urlencode(_texts(form))
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        return NativeRequest(
            operation=call.op,
            method=operation.method,
            path=path,
            query=tuple(_texts(values).items()),
            body=content if has_body else "",
            content_type=kind if has_body else "",
            is_private=call.is_private,
        )

    def read(self, answer: Any) -> list[FieldRow]:
        """Our fields of every row of an answer."""
        return _read_rows(self._rows, self._fields, answer)


class CompiledStream:
    """One stream: which messages are its own, and what they say."""

    def __init__(self, name: str, stream: Stream) -> None:
        """Compile a checked stream."""
        self._stream = stream
        self._when = jmespath.compile(stream.when)
        self._rows = jmespath.compile(stream.rows)
        self._fields = _readers(stream.fields, STREAMS[name])

    @property
    def path(self) -> str:
        """Where on the venue's address it is."""
        return self._stream.path

    @property
    def topic(self) -> str:
        """Template of what is subscribed to."""
        return self._stream.topic

    @property
    def intervals(self) -> Mapping[str, str]:
        """Candle lengths in milliseconds to the venue's words."""
        return self._stream.intervals

    def read(self, message: Any) -> list[FieldRow]:
        """Our fields of every row of a message; none where it is another stream's."""
        return _read_rows(self._rows, self._fields, message) if self._when.search(message) is True else []


def compiled_methods(
    description: VenueDescription, document: Document
) -> dict[str, tuple[CompiledCall, ...]]:
    """The calls of every bound method."""
    return {
        name: tuple(CompiledCall(call, METHODS[name], document) for call in method.calls)
        for name, method in description.methods.items()
    }


def _read_rows(rows: Any, fields: Mapping[str, Read], answer: Any) -> list[FieldRow]:
    found = rows.search(answer)
    listed = found if isinstance(found, list) else [] if found is None else [found]
    return [{name: read(row) for name, read in fields.items()} for row in listed]


def _values(
    bound: Mapping[str, Any], variables: Variables, intervals: Mapping[str, str]
) -> dict[str, str | int | float | bool]:
    found = {name: _value(bound_to, variables, intervals) for name, bound_to in bound.items()}
    return {name: value for name, value in found.items() if value is not None}


def _value(bound: Any, variables: Variables, intervals: Mapping[str, str]) -> Any:
    if isinstance(bound, Value):
        word = _value(bound.value, variables, intervals)
        if word is not None and bound.map and word not in bound.map:
            raise VenueRejected(
                f"{bound.value[1:]}: observed {word}, allowed {', '.join(bound.map)} at this venue"
            )
        chosen = bound.map.get(word, word) if word is not None else None
        return bound.default if chosen is None else chosen
    if isinstance(bound, str) and bound.startswith("$"):
        value = variables.get(bound[1:])
        if bound == "$interval" and value is not None:
            if value not in intervals:
                allowed = ", ".join(intervals)
                raise VenueRejected(f"interval_ms: observed {value}, allowed one of {allowed}")
            return intervals[value]
        return value
    return bound


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _readers(fields: Mapping[str, str | Reading], slot: Slot) -> dict[str, Read]:
    kinds = slot.needs | slot.takes
    return {
        name: _reader(name, kinds[name], reading if isinstance(reading, Reading) else Reading(path=reading))
        for name, reading in fields.items()
    }


def _reader(name: str, kind: Kind, reading: Reading) -> Read:
    path = jmespath.compile(reading.path)
    if kind not in (Kind.DECIMAL, Kind.WHOLE):
        return lambda row: _word(path.search(row), kind, reading)
    arithmetic = _Arithmetic(name, reading)

    def read(row: Any) -> Any:
        number = arithmetic.applied(path.search(row), row)
        return int(number) if kind is Kind.WHOLE and number is not None else number

    return read


class _Arithmetic:
    """The closed list of what may be done to a number: places, factor, divisor, sign, default."""

    def __init__(self, name: str, reading: Reading) -> None:
        self._name = name
        self._reading = reading
        self._negative = jmespath.compile(reading.negative_if or "`false`")
        self._divisor = jmespath.compile(reading.divided_by or "`1`")

    def applied(self, value: Any, row: Any) -> Decimal | None:
        name, reading = self._name, self._reading
        number = _number(name, reading.default if value in (None, "") else value)
        by = _number(name, self._divisor.search(row))
        if not by:
            number, by = _number(name, reading.default), Decimal(1)
        if number is None:
            return None
        if reading.decimals:
            number = Decimal(1).scaleb(-int(number))
        number = number * Decimal(str(reading.times or 1)) / by
        return -number if self._negative.search(row) is True else number


def _number(name: str, value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except DecimalException as error:
        raise VenueUnreachable(f"{name}: observed {str(value)[:40]!r}, allowed a number") from error
    if isinstance(value, bool) or not number.is_finite():
        raise VenueUnreachable(f"{name}: observed {value}, allowed a finite number")
    return number


def _word(value: Any, kind: Kind, reading: Reading) -> Any:
    if value is None:
        return reading.default
    if kind in (Kind.TRUTH, Kind.LEVELS) and not reading.map:
        return value
    word = _text(value)
    if reading.map:
        return reading.map.get(word, "UNKNOWN" if kind in KIND_WORDS else word)
    return word
