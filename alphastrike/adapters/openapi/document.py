"""A venue's OpenAPI document: its operations, what each must be sent and what its answer looks like."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from alphastrike.domain.errors import ConfigError

Schema = Mapping[str, Any]

_METHODS = ("get", "post", "put", "delete", "patch")
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query or path parameter."""

    name: str
    place: str
    is_required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `body` and `form` are the schemas of its request, `answer` that of its success."""

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    form: Schema | None
    answer: Schema | None


class Document:
    """A parsed document. References within it are followed; those to elsewhere are refused."""

    def __init__(self, tree: Mapping[str, Any], name: str) -> None:
        """Index the operations by their id."""
        self._tree = tree
        self.name = name
        self.operations = {operation.name: operation for operation in self._operations()}

    @classmethod
    def read(cls, path: Path) -> "Document":
        """Parse a JSON or YAML file; a fault in it is a `ConfigError` that names the file."""
        tree = read_tree(path)
        if not isinstance(tree.get("paths"), dict) or not str(tree.get("openapi", "")).startswith("3."):
            raise ConfigError(f"{path}: observed no OpenAPI 3 document, allowed `openapi: 3.x` with `paths`")
        return cls(tree, path.name)

    @property
    def tree(self) -> Mapping[str, Any]:
        """The whole document."""
        return self._tree

    def resolved(self, schema: Any) -> Schema:
        """A schema with its own reference followed and `allOf` joined; its parts may hold references."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, dict):
                return {}
            if "$ref" in schema:
                schema = self._at(schema["$ref"])
            elif "allOf" in schema:
                return self._joined(schema)
            else:
                return schema
        raise ConfigError(f"{self.name}: observed a reference that refers to itself, allowed one that ends")

    def _joined(self, schema: Schema) -> Schema:
        joined: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
        for part in map(self.resolved, schema["allOf"]):
            for key, value in part.items():
                known = joined.get(key)
                joined[key] = (
                    {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
                )
        return joined

    def _at(self, reference: str) -> Any:
        node: Any = self._tree
        if not reference.startswith("#/"):
            raise ConfigError(
                f"{self.name}: observed the reference {reference}, allowed one within the document"
            )
        for part in reference[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or key not in node:
                raise ConfigError(f"{self.name}: observed the reference {reference}, allowed one that exists")
            node = node[key]
        return node

    def _operations(self) -> Iterator[Operation]:
        for path, item in self._tree["paths"].items():
            shared = item.get("parameters", [])
            for method in _METHODS:
                if isinstance(item.get(method), dict) and item[method].get("operationId"):
                    yield self._operation(path, method, item[method], shared)

    def _operation(self, path: str, method: str, node: Mapping[str, Any], shared: list[Any]) -> Operation:
        content = self.resolved(node.get("requestBody", {})).get("content", {})
        return Operation(
            name=str(node["operationId"]),
            method=method.upper(),
            path=path,
            parameters=tuple(
                Parameter(
                    str(raw["name"]),
                    str(raw["in"]),
                    bool(raw.get("required")),
                    self.resolved(raw.get("schema")),
                )
                for raw in map(self.resolved, [*shared, *node.get("parameters", [])])
                if raw.get("in") in {"query", "path"}
            ),
            body=self._schema_of(content, "json"),
            form=self._schema_of(content, "x-www-form-urlencoded"),
            answer=self._answer(node.get("responses", {})),
        )

    def _answer(self, responses: Mapping[Any, Any]) -> Schema | None:
        good = next((responses[code] for code in responses if str(code).startswith("2")), None)
        return None if good is None else self._schema_of(self.resolved(good).get("content", {}), "json")

    def _schema_of(self, content: Mapping[str, Any], kind: str) -> Schema | None:
        found = next((part.get("schema") for name, part in content.items() if kind in name), None)
        return None if found is None else self.resolved(found)


def read_tree(path: Path) -> dict[str, Any]:
    """The mapping in a JSON or YAML file, by safe loading only."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise ConfigError(f"{path}: observed {error.strerror}, allowed a file that can be read") from error
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{path}: cannot be parsed: {' '.join(str(error).split())[:300]}") from error
    if not isinstance(tree, dict):
        raise ConfigError(f"{path}: observed {type(tree).__name__}, allowed a mapping of keys to values")
    return tree
