"""Everything that can be wrong with a description, found at load time and told at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alphastrike.adapters.openapi.contract import METHODS, STREAMS, WORDS, Slot
from alphastrike.adapters.openapi.description import VenueDescription
from alphastrike.adapters.openapi.description_calls import Call, Method, Value
from alphastrike.adapters.openapi.document import Document, Operation, Schema
from alphastrike.adapters.openapi.field_checks import field_faults, reading_faults
from alphastrike.adapters.openapi.kinds import ERROR_KINDS
from alphastrike.adapters.openapi.schema_paths import PathFault, schema_at, syntax_fault, types_of
from alphastrike.adapters.openapi.templates import template_faults


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where, what is there, and what may be."""

    place: str
    observed: str
    allowed: str


def faults_of(description: VenueDescription, document: Document) -> list[Fault]:
    """Every fault of a description against its document, in the order of the file; empty when it is sound."""
    found = [
        *_general_faults(description, document),
        *(
            fault
            for name, method in description.methods.items()
            for fault in _method_faults(name, method, document)
        ),
        *_stream_faults(description),
    ]
    return [Fault(*fault) for fault in found]


RawFault = tuple[str, str, str]


def _general_faults(description: VenueDescription, document: Document) -> Iterator[RawFault]:
    errors = description.errors
    yield from _syntax_faults("errors", refused=errors.refused, code=errors.code, message=errors.message)
    for code, kind in errors.kinds.items():
        if kind not in ERROR_KINDS:
            yield f"errors.kinds.{code}", kind, f"one of {', '.join(ERROR_KINDS)}"
    for number, limit in enumerate(description.limits):
        for name in limit.operations:
            if name not in document.operations:
                yield f"limits[{number}].operations", name, "an operationId of the document"
    yield from template_faults(description)


def _method_faults(name: str, method: Method, document: Document) -> Iterator[RawFault]:
    if name not in METHODS:
        yield f"methods.{name}", "no such method", f"one of {', '.join(METHODS)}"
        return
    slot, read = METHODS[name], set[str]()
    for key in ("longest_ms", "kept_ms"):
        if getattr(method, key) is not None and "start_ms" not in slot.variables:
            yield f"methods.{name}.{key}", "a method that asks for no range of time", "none here"
    for number, call in enumerate(method.calls):
        place = f"methods.{name}.calls[{number}]"
        operation = document.operations.get(call.op)
        if operation is None:
            yield f"{place}.op", call.op, "an operationId of the document"
            continue
        read |= set(call.fields)
        yield from _sent_faults(place, call, operation, slot)
        yield from _read_faults(place, call, operation, slot, document)
        if method.join == "append":
            yield from _missing(place, slot, set(call.fields))
    if method.join == "merge":
        yield from _missing(f"methods.{name}", slot, read)


def _missing(place: str, slot: Slot, read: set[str]) -> Iterator[RawFault]:
    for field in slot.needs:
        if field not in read:
            yield f"{place}.fields", f"no {field}", "every needed field: " + ", ".join(slot.needs)


def _sent_faults(place: str, call: Call, operation: Operation, slot: Slot) -> Iterator[RawFault]:
    known = {parameter.name: parameter for parameter in operation.parameters}
    schemas: Mapping[str, Schema] = {name: parameter.schema for name, parameter in known.items()}
    yield from _values_faults(f"{place}.query", call.query, schemas, slot, call)
    for name, parameter in known.items():
        if parameter.is_required and name not in call.query:
            yield f"{place}.query", f"no {name}", f"every required parameter of {operation.name}"
    for key, values, schema in (("body", call.body, operation.body), ("form", call.form, operation.form)):
        yield from _values_faults(f"{place}.{key}", values, (schema or {}).get("properties", {}), slot, call)
        other = operation.form if key == "body" else operation.body
        if schema is not None and (values or other is None):
            for name in schema.get("required", ()):
                if name not in values:
                    yield f"{place}.{key}", f"no {name}", f"every required field of {operation.name}"


def _values_faults(
    place: str, values: Mapping[str, object], schemas: Mapping[str, Schema], slot: Slot, call: Call
) -> Iterator[RawFault]:
    for name, value in values.items():
        where = f"{place}.{name}"
        if name not in schemas:
            yield where, "no such parameter", f"one of {', '.join(schemas) or 'none'}"
            continue
        yield from _value_faults(where, value, schemas[name].get("enum"), slot, call)


def _value_faults(where: str, value: object, allowed: object, slot: Slot, call: Call) -> Iterator[RawFault]:
    words = allowed if isinstance(allowed, list) else []
    variable = value.value if isinstance(value, Value) else value
    if isinstance(variable, str) and variable.startswith("$"):
        yield from _variable_faults(where, variable[1:], value, slot, call)
    elif isinstance(value, Value):
        yield where, str(variable), "a variable, as $quantity"
    elif words and value not in words:
        yield where, str(value), f"one of {words}"
    if isinstance(value, Value) and words:
        for word, native in value.map.items():
            if native not in words:
                yield f"{where}.map.{word}", str(native), f"one of {words}"


def _variable_faults(where: str, name: str, value: object, slot: Slot, call: Call) -> Iterator[RawFault]:
    if name not in slot.variables:
        yield where, f"${name}", "one of " + ", ".join(f"${known}" for known in sorted(slot.variables))
    if name == "interval" and not call.intervals:
        yield where, "$interval", "intervals: {milliseconds: the venue's word} beside it"
    if isinstance(value, Value) and value.map and name in WORDS:
        for word in value.map:
            if word not in WORDS[name]:
                yield f"{where}.map", word, f"one of {', '.join(WORDS[name])}"


def _read_faults(
    place: str, call: Call, operation: Operation, slot: Slot, document: Document
) -> Iterator[RawFault]:
    if not call.fields and not slot.needs:
        return
    if operation.answer is None:
        yield (
            f"{place}.op",
            f"{operation.name} has no answer schema",
            "an operation whose answer is described",
        )
        return
    fault = syntax_fault(call.rows)
    if fault:
        yield f"{place}.rows", fault, "a JMESPath expression"
        return
    try:
        rows = schema_at(document, operation.answer, call.rows)
    except PathFault as unfit:
        yield f"{place}.rows", f"{call.rows}: {unfit}", f"a path into the answer of {operation.name}"
        return
    row = document.resolved(rows.get("items", {})) if "array" in types_of(rows) else rows
    for name, reading in call.fields.items():
        yield from field_faults(f"{place}.fields.{name}", name, reading, (slot, document, row))


def _stream_faults(description: VenueDescription) -> Iterator[RawFault]:
    if description.websocket is None:
        return
    socket = description.websocket
    yield from _syntax_faults("websocket", ping_when=socket.ping_when)
    for name, stream in socket.streams.items():
        place = f"websocket.streams.{name}"
        if name not in STREAMS:
            yield place, "no such stream", f"one of {', '.join(STREAMS)}"
            continue
        slot = STREAMS[name]
        yield from _missing(place, slot, set(stream.fields))
        yield from _syntax_faults(place, when=stream.when, rows=stream.rows)
        for field, reading in stream.fields.items():
            if field not in slot.needs | slot.takes:
                known = ", ".join(slot.needs | slot.takes)
                yield f"{place}.fields.{field}", "no such field", f"one of {known}"
            yield from reading_faults(f"{place}.fields.{field}", reading)


def _syntax_faults(place: str, **paths: str) -> Iterator[RawFault]:
    for key, path in paths.items():
        fault = syntax_fault(path)
        if fault:
            yield f"{place}.{key}", fault, "a JMESPath expression"
