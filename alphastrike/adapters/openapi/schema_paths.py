"""Type-checking a JMESPath expression against a schema: what it would find, or why it could find nothing."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from alphastrike.adapters.openapi.document import Document, Schema

Node = Mapping[str, Any]
ANYTHING: Final[Schema] = MappingProxyType({})


class PathFault(Exception):
    """Why a path does not fit the schema."""


def syntax_fault(path: str) -> str | None:
    """What is wrong with an expression as such, or None."""
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        return str(error).splitlines()[0]
    return None


def types_of(schema: Schema) -> frozenset[str]:
    """JSON types a schema allows, `null` left out; empty when it does not say."""
    declared = schema.get("type", ())
    if isinstance(declared, str):
        declared = (declared,)
    if not declared and "properties" in schema:
        declared = ("object",)
    return frozenset(declared) - {"null"}


def schema_at(document: Document, schema: Schema, path: str) -> Schema:
    """The schema of what a path finds, or a `PathFault`. A schema that says nothing allows everything."""
    return _walk(document, document.resolved(schema), jmespath.compile(path).parsed)


def _walk(document: Document, schema: Schema, node: Node) -> Schema:
    rule = _RULES.get(node["type"])
    if rule is None:
        raise PathFault(f"{node['type'].replace('_', ' ')} in a path cannot be checked")
    return rule(document, schema, node)


def _identity(_document: Document, schema: Schema, _node: Node) -> Schema:
    return schema


def _field(document: Document, schema: Schema, node: Node) -> Schema:
    if not schema:
        return ANYTHING
    name, properties = node["value"], schema.get("properties", {})
    if name in properties:
        return document.resolved(properties[name])
    if isinstance(schema.get("additionalProperties"), dict):
        return document.resolved(schema["additionalProperties"])
    known = ", ".join(sorted(properties)) or "none: it is no object"
    raise PathFault(f"no field {name!r} (there are: {known})")


def _subexpression(document: Document, schema: Schema, node: Node) -> Schema:
    for child in node["children"]:
        schema = _walk(document, schema, child)
    return schema


def _index(document: Document, schema: Schema, node: Node) -> Schema:
    if not schema:
        return ANYTHING
    if "array" not in types_of(schema):
        raise PathFault("an index into what is no array")
    tuples = schema.get("prefixItems", ())
    if tuples and 0 <= node["value"] < len(tuples):
        return document.resolved(tuples[node["value"]])
    if tuples and "items" not in schema:
        raise PathFault(f"no element {node['value']} (there are {len(tuples)})")
    return document.resolved(schema.get("items", ANYTHING))


def _projection(document: Document, schema: Schema, node: Node) -> Schema:
    source = _walk(document, schema, node["children"][0])
    if source and "array" not in types_of(source):
        raise PathFault("a projection over what is no array")
    return {"type": "array", "items": _walk(document, _items(document, source), node["children"][1])}


def _filter(document: Document, schema: Schema, node: Node) -> Schema:
    inner = _projection(document, schema, node)
    _walk(document, _items(document, _walk(document, schema, node["children"][0])), node["children"][2])
    return inner


def _flatten(document: Document, schema: Schema, node: Node) -> Schema:
    source = _walk(document, schema, node["children"][0])
    items = _items(document, source)
    return items if "array" in types_of(items) else source


def _both(document: Document, schema: Schema, node: Node) -> Schema:
    found = [_walk(document, schema, child) for child in node["children"]]
    return found[0] if all(types_of(one) == types_of(found[0]) for one in found) else ANYTHING


def _judged(document: Document, schema: Schema, node: Node) -> Schema:
    for child in node["children"]:
        _walk(document, schema, child)
    return {"type": "boolean"}


def _listed(document: Document, schema: Schema, node: Node) -> Schema:
    found = [_walk(document, schema, child) for child in node["children"]]
    return {"type": "array", "items": found[0] if found else ANYTHING}


def _literal(_document: Document, _schema: Schema, node: Node) -> Schema:
    value = node["value"]
    kinds = {bool: "boolean", str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return {"type": kinds[type(value)]} if type(value) in kinds else ANYTHING


def _items(document: Document, schema: Schema) -> Schema:
    return document.resolved(schema.get("items", ANYTHING)) if schema else ANYTHING


_RULES: Final[Mapping[str, Callable[[Document, Schema, Node], Schema]]] = MappingProxyType(
    {
        "identity": _identity,
        "current": _identity,
        "field": _field,
        "subexpression": _subexpression,
        "pipe": _subexpression,
        "index_expression": _subexpression,
        "index": _index,
        "projection": _projection,
        "filter_projection": _filter,
        "flatten": _flatten,
        "or_expression": _both,
        "and_expression": _judged,
        "not_expression": _judged,
        "comparator": _judged,
        "multi_select_list": _listed,
        "literal": _literal,
    }
)
