"""The configuration described from its own models: the file `init` writes and the reference page."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.toml_text import toml_value
from alphastrike.domain.settings import Settings

_BOUNDS = (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))
_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "integer",
    float: "number",
    str: "text",
    Path: "path",
    Decimal: "decimal",
}
_CONTAINERS: dict[Any, str] = {tuple: "list of ", list: "list of ", dict: "table of "}
_WIDTH = 100
# What a new file sets: whoever runs `init` and keeps these lines has read them.
_WRITTEN: dict[tuple[str, str], tuple[str, ...]] = {
    ("traces", "enabled"): ("enabled = true",),
    ("traces", "acknowledged_terms"): (
        "# Many providers' terms forbid training models that compete with theirs on what theirs said, and",
        "# some models' licences bind what is made with them. Traces are for your own use on your own",
        "# account; passing on a model made from them is your responsibility. False records nothing.",
        "acknowledged_terms = true",
    ),
}


@dataclass(frozen=True, slots=True)
class KeyReference:
    """One key: where it is, what it takes, what it is when unset, and why it exists."""

    section: str
    name: str
    kind: str
    default: str | None
    description: str


def key_references() -> list[KeyReference]:
    """Every key of the configuration in the order of its sections."""
    return list(_keys(AlphaStrikeConfig(), ()))


def template_toml() -> str:
    """A whole alphastrike.toml: every key commented out at its default, but those that keep traces."""
    rows = [
        "# AlphaStrike configuration. Every key is here at its default: uncomment to change it.",
        "# Command-line options win over ALPHASTRIKE__SECTION__KEY variables, which win over this file.",
        "# Check it with `alphastrike config check`; see what is in force with `alphastrike config show`.",
        "",
    ]
    section = ""
    for key in key_references():
        if key.section != section:
            section = key.section
            rows.append(f"[{section}]")
        rows += textwrap.wrap(
            f"{key.description} ({key.kind})", _WIDTH, initial_indent="# ", subsequent_indent="# "
        )
        written = _WRITTEN.get((key.section, key.name))
        rows += [*written, ""] if written else [f"#{key.name} = {key.default or ''}".rstrip(), ""]
    return "\n".join(rows).rstrip() + "\n"


def reference_markdown() -> str:
    """The reference page."""
    rows = [
        "# Configuration",
        "",
        "One file, `alphastrike.toml`, in the current folder or named by `--config`. Later sources win:",
        "default, file, `ALPHASTRIKE__SECTION__KEY` in the environment, command-line option.",
        "`alphastrike config show` prints what is in force and where each value was written.",
        "",
        "This page is generated from the models; a test keeps it in step.",
    ]
    section = ""
    for key in key_references():
        if key.section != section:
            section = key.section
            rows += [
                "",
                f"## [{section}]",
                "",
                "| key | takes | default | meaning |",
                "| --- | --- | --- | --- |",
            ]
        default = f"`{key.default}`" if key.default is not None else "unset"
        cells = [f"`{key.name}`", key.kind, default, key.description]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _keys(section: Settings, path: tuple[str, ...]) -> Iterator[KeyReference]:
    nested: list[tuple[str, Settings]] = []
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, Settings):
            nested.append((name, value))
            continue
        yield KeyReference(
            section=".".join(path),
            name=name,
            kind=_kind(field),
            default=None if value is None else toml_value(_plain(value)),
            description=" ".join((field.description or "").split()),
        )
    for name, below in nested:
        yield from _keys(below, (*path, name))


def _plain(value: Any) -> object:
    if isinstance(value, Settings):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return _plain(value.value)
    return value if isinstance(value, bool | int | float | str | dict) else str(value)


def _kind(field: FieldInfo) -> str:
    """The type in words, with its bounds."""
    bounds = [
        f"{sign} {getattr(limit, name)}"
        for name, sign in _BOUNDS
        for limit in field.metadata
        if getattr(limit, name, None) is not None
    ]
    return f"{_words(field.annotation)} {', '.join(bounds)}".strip()


def _words(annotation: Any) -> str:
    origin = get_origin(annotation)
    arguments = [item for item in get_args(annotation) if item not in (type(None), Ellipsis)]
    if origin is Literal:
        return " or ".join(str(item) for item in arguments)
    if origin is Annotated:
        said = [item for item in arguments if isinstance(item, str)]
        return said[0] if said else _words(arguments[0])
    if origin is not None:
        each = " or ".join(_words(item) for item in (arguments[1:] if origin is dict else arguments))
        return _CONTAINERS.get(origin, "") + each
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(str(item.value) for item in annotation)
    return _WORDS.get(annotation, "table")
