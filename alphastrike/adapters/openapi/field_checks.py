"""Whether a result field can be read as its description says, from what the schema promises."""

from collections.abc import Iterator

from alphastrike.adapters.openapi.contract import JSON_TYPES, KIND_WORDS, Kind, Slot
from alphastrike.adapters.openapi.description_calls import Reading
from alphastrike.adapters.openapi.document import Document, Schema
from alphastrike.adapters.openapi.schema_paths import PathFault, schema_at, syntax_fault, types_of

RawFault = tuple[str, str, str]


def field_faults(
    place: str, name: str, reading: str | Reading, against: tuple[Slot, Document, Schema]
) -> Iterator[RawFault]:
    """Faults of one field of a call: its name, its expressions, their types and the words of its map."""
    slot, document, row = against
    kind = (slot.needs | slot.takes).get(name)
    if kind is None:
        yield place, "no such field", f"one of {', '.join(slot.needs | slot.takes)}"
        return
    broken = list(reading_faults(place, reading))
    yield from broken
    if broken:
        return
    for part, path in _paths(reading):
        try:
            found = schema_at(document, row, path)
        except PathFault as unfit:
            yield place + part, f"{path}: {unfit}", "a path into a row of the answer"
            continue
        wanted = JSON_TYPES[kind] if part == "" else ()
        types = types_of(found)
        if wanted and types and not types & set(wanted) and not _is_mapped(reading):
            yield place, f"{path} holds {', '.join(sorted(types))}", f"{kind.value}: {', '.join(wanted)}"
        elif part == "":
            yield from _word_faults(place, kind, reading, found)


def reading_faults(place: str, reading: str | Reading) -> Iterator[RawFault]:
    """Expressions of a field that are none."""
    for part, path in _paths(reading):
        fault = syntax_fault(path)
        if fault:
            yield place + part, fault, "a JMESPath expression"


def _word_faults(place: str, kind: Kind, reading: str | Reading, found: Schema) -> Iterator[RawFault]:
    words = KIND_WORDS.get(kind)
    if words is None:
        return
    mapping = reading.map if isinstance(reading, Reading) else {}
    for native, word in mapping.items():
        if word not in words:
            yield f"{place}.map.{native}", word, f"one of {', '.join(words)}"
        if found.get("enum") and native not in [str(one) for one in found["enum"]]:
            yield f"{place}.map.{native}", native, f"one of the document's {found['enum']}"
    default = reading.default if isinstance(reading, Reading) else None
    if default is not None and default not in words:
        yield f"{place}.default", str(default), f"one of {', '.join(words)}"


def _is_mapped(reading: str | Reading) -> bool:
    return isinstance(reading, Reading) and bool(reading.map)


def _paths(reading: str | Reading) -> Iterator[tuple[str, str]]:
    if isinstance(reading, str):
        yield "", reading
        return
    yield "", reading.path
    for part in ("negative_if", "divided_by"):
        path = getattr(reading, part)
        if path is not None:
            yield f".{part}", path
