"""What each key of the configuration is: a section, a value, or nothing we know."""

import types
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from alphastrike.app.toml_lines import KeyPath
from alphastrike.domain.settings import Settings

Model = type[Settings]


def problem_with(root: Model, path: KeyPath, value: object) -> str | None:
    """Why this key cannot be set to a value of this shape, or None when it can."""
    place: Any = root
    for depth, part in enumerate(path):
        model, is_free = _model_of(place), _is_table_of_anything(place)
        if model is None and not is_free:
            return f"{'.'.join(path[:depth])} is a value and has no key {part}"
        if model is None or part in model.model_fields:
            place = _annotation_below(place, model, part)
        elif model.model_config.get("extra") == "allow" and (path[depth + 1 :] or isinstance(value, Mapping)):
            return None  # a table of a plugin: its own model judges it
        else:
            return unknown(part, list(model.model_fields))
    is_section = _model_of(place) is not None
    if is_section and not isinstance(value, Mapping):
        return f"observed {value!r}, allowed a table of keys"
    return None


def unknown(name: str, known: list[str]) -> str:
    """The message for a name nobody declared, with the nearest one that exists."""
    if not known:
        return f"unknown name {name!r}; there is nothing to set here"
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(sorted(known))}"
    return f"unknown name {name!r}; {hint}"


def takes_list(root: Model, path: KeyPath) -> bool:
    """Whether the key holds several values, which a command line writes with commas."""
    place: Any = root
    for part in path:
        model = _model_of(place)
        if model is not None and part not in model.model_fields:
            return False
        place = _annotation_below(place, model, part)
    return get_origin(place) in {tuple, list}


def _annotation_below(place: Any, model: Model | None, part: str) -> Any:
    if model is not None:
        return _required(model.model_fields[part].annotation)
    arguments = get_args(place)
    return arguments[1] if len(arguments) == 2 else Any


def _required(annotation: Any) -> Any:
    if get_origin(annotation) in {Union, types.UnionType}:
        present = [item for item in get_args(annotation) if item is not type(None)]
        return present[0] if len(present) == 1 else annotation
    return annotation


def _model_of(annotation: Any) -> Model | None:
    annotation = _required(annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, Settings) else None


def _is_table_of_anything(annotation: Any) -> bool:
    return annotation is Any or get_origin(_required(annotation)) is dict
