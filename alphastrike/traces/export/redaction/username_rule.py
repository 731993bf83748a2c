"""Names of people in paths; the rest of the path stays, for layout is worth learning."""

import re

from alphastrike.traces.export.redaction.redactor import marker

_NOBODY = r"(?!(?:Shared|Public|Default|All Users|runner)(?:[/\\]|$)|[<${%])"
_POSIX = re.compile(
    r"(?<![\w.])((?:file://)?(?:/mnt/[a-z]|/var|/export|/private|/[a-z])?/(?:home|Users)/)"
    + _NOBODY
    + r"[^/\\\s\"'`:;,<>|*?()]+"
)
_WINDOWS = re.compile(
    r"((?:[A-Za-z]:|\\\\[\w.$-]+)(?:\\{1,4}|/)(?i:users|documents and settings)(?:\\{1,4}|/))"
    + _NOBODY
    + r"(?:[^/\\\s\"'`:;,<>|*?]+(?: [^/\\\s\"'`:;,<>|*?]+){0,3}(?=[/\\])|[^/\\\s\"'`:;,<>|*?]+)"
)
_SIGN = marker("username")


class UsernameRule:
    """`--redact usernames`."""

    name = "usernames"

    def in_text(self, text: str) -> str:
        """The text with users' names in paths replaced."""
        if "/" in text:
            text = _POSIX.sub(rf"\g<1>{_SIGN}", text)
        lowered = text.lower()
        if "users" in lowered or "documents and" in lowered:
            text = _WINDOWS.sub(rf"\g<1>{_SIGN}", text)
        return text

    def under(self, key: str) -> str | None:  # noqa: ARG002 - every rule has the same form
        """Nothing: a path is known by its shape."""
        return None
