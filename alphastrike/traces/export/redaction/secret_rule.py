"""Keys, tokens, signatures, passphrases and account ids, on values and under telling keys."""

import re
from functools import partial

from alphastrike.traces.export.redaction.assignments import without_assigned
from alphastrike.traces.export.redaction.bare import without_bare
from alphastrike.traces.export.redaction.keys import kind_of
from alphastrike.traces.export.redaction.redactor import marker
from alphastrike.traces.export.redaction.shapes import SHAPES, Shape

_SHORTEST_SHAPE = 14  # user:password@ in an address is the shortest
_SHORTEST_BARE = 32


class SecretRule:
    """`--redact secrets`."""

    name = "secrets"

    def in_text(self, text: str) -> str:
        """The text without secrets."""
        # Whatever is known by its shape is long; a report, all short words, is the text most often looked at.
        longest = max(map(len, text.split()), default=0)
        if longest >= _SHORTEST_SHAPE or "-----BEGIN" in text:
            text = _without_shapes(text)
        text = without_assigned(text)
        return without_bare(text) if longest >= _SHORTEST_BARE else text

    def under(self, key: str) -> str | None:
        """The marker under a telling key."""
        kind = kind_of(key)
        return None if kind is None else marker(kind)


def _without_shapes(text: str) -> str:
    lowered = text.lower()
    for shape in SHAPES:
        if shape.needle in lowered:
            text = shape.pattern.sub(partial(_replaced, shape), text)
    return text


def _replaced(shape: Shape, match: re.Match[str]) -> str:
    kept = match[1] if match.re.groups else ""
    return f"{kept}{marker(shape.kind)}"
