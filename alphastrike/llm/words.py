"""Free text from a model is hostile: it is cut, stripped, and never read as anything but text."""

import json
import unicodedata
from typing import Any

_LONGEST_PARAMS = 2_000
_SCANNED = 4_000


def cleaned(text: object, longest: int = 280) -> str:
    """The text on one line without control, format or surrogate characters, at most `longest` long."""
    if not isinstance(text, str):
        return ""
    visible = (" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text[:_SCANNED])
    return " ".join("".join(visible).split())[:longest]


def canonical(value: Any) -> str:
    """The value as JSON with sorted keys, cut; what JSON cannot say is said by its type."""
    try:
        text = json.dumps(value, sort_keys=True, default=_named, ensure_ascii=True)
    except (ValueError, TypeError, RecursionError, OverflowError):
        text = json.dumps(_named(value))
    return text[:_LONGEST_PARAMS]


def _named(value: object) -> str:
    return f"<{type(value).__name__}>"
