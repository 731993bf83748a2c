"""Configuration written back as TOML."""

import json
from collections.abc import Mapping, Sequence


def to_toml(tables: Mapping[str, object]) -> str:
    """Nested mappings as TOML text, in the order given; None is a key left out."""
    return "\n".join(_table((), tables)).lstrip("\n") + "\n"


def toml_value(value: object) -> str:
    """One value on one line. Strings are escaped as in JSON, which TOML reads alike."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = (f"{_key(name)} = {toml_value(item)}" for name, item in value.items() if item is not None)
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    raise TypeError(f"TOML has no form for {type(value).__name__}")


def _table(path: tuple[str, ...], table: Mapping[str, object]) -> list[str]:
    plain = {name: item for name, item in table.items() if not isinstance(item, Mapping)}
    nested = {name: item for name, item in table.items() if isinstance(item, Mapping)}
    rows = [f"{_key(name)} = {toml_value(item)}" for name, item in plain.items() if item is not None]
    if path and (rows or not nested):
        rows = ["", "[" + ".".join(_key(part) for part in path) + "]", *rows]
    for name, item in nested.items():
        rows += _table((*path, name), item)
    return rows


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else toml_value(name)
