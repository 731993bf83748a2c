"""Where in a TOML text each key stands, so that a message can name the line."""

import re
import tomllib

KeyPath = tuple[str, ...]

_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"^\s*\[{{1,2}}\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"^\s*({_DOTTED})\s*=")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Line, from 1, of every table header and key of a valid TOML text; the first one counts."""
    rows = text.splitlines()
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    row = 0
    while row < len(rows):
        header, key = _HEADER.match(rows[row]), _KEY.match(rows[row])
        if header:
            table = _parts(header[1])
            found.setdefault(table, row + 1)
        elif key:
            found.setdefault(table + _parts(key[1]), row + 1)
            row = _last_row(rows, row)
        row += 1
    return found


def line_of(path: KeyPath, lines: dict[KeyPath, int]) -> int:
    """Line of a key, or of the nearest table above it when it stands inside an inline table."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _last_row(rows: list[str], first: int) -> int:
    """Last row of the statement that starts at `first`; arrays and strings may run over lines."""
    for last in range(first, len(rows)):
        try:
            tomllib.loads("\n".join(rows[first : last + 1]))
        except tomllib.TOMLDecodeError:
            continue
        return last
    return first
