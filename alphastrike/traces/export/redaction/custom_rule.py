"""Patterns of one's own, from `[traces.redact] custom`."""

import re
from collections.abc import Mapping

from alphastrike.traces.export.redaction.redactor import marker


class CustomRule:
    """`--redact custom`: what a pattern matches becomes `<REDACTED:its name>`."""

    name = "custom"

    def __init__(self, patterns: Mapping[str, str]) -> None:
        """`patterns` by name, valid ones: the configuration has checked them."""
        self._patterns = [(re.compile(pattern), marker(name)) for name, pattern in sorted(patterns.items())]

    def in_text(self, text: str) -> str:
        """The text with every match replaced."""
        for pattern, sign in self._patterns:
            text = pattern.sub(sign.replace("\\", r"\\"), text)
        return text

    def under(self, key: str) -> str | None:  # noqa: ARG002 - every rule has the same form
        """Nothing: patterns are for texts."""
        return None
