"""Secrets with neither a name nor a known head: long runs of letters and digits that no word is made of.

A digest looks like a private key. Sixty-four hexadecimal digits stay only where the words in front say
that they are a digest; everywhere else they are taken for a key or an HMAC.
"""

import re
from itertools import pairwise

from alphastrike.traces.export.redaction.redactor import marker

_LONG = re.compile(r"[A-Za-z0-9+/_-]{32}")
_RUN = re.compile(r"(?<![A-Za-z0-9_/+-])[A-Za-z0-9]{32,128}(?![A-Za-z0-9_/+-])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{40,}={0,2}(?![A-Za-z0-9+/=])")
_BETWEEN = re.compile(r"[+/=_-]")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+|[0-9a-fA-F]+")
_DIGEST = re.compile(
    r"(?i)(?:sha-?(?:1|2|256|512)|digest|hash|checksum|commit|fingerprint|etag|blob|tree|content|config)[\"'=:@\s-]*$"
)
_LOOKBACK = 24
_TURNS = 0.3  # of the letters: where upper case, lower case and digits take turns, nobody wrote it


def without_bare(text: str) -> str:
    """The text without runs that look drawn by lot."""
    return _BASE64.sub(_base64, _RUN.sub(_judged, text)) if _LONG.search(text) else text


def _judged(match: re.Match[str]) -> str:
    run = match[0]
    if _HEX.fullmatch(run):
        before = match.string[max(0, match.start() - _LOOKBACK) : match.start()]
        is_key = len(run) in {64, 128} and not _DIGEST.search(before) and len(set(run)) > 4
        return marker("secret") if is_key else run
    return marker("secret") if _is_drawn(run, 2 if len(run) >= 56 else 3) else run


def _is_drawn(run: str, least_kinds: int) -> bool:
    kinds = [0 if letter.isdigit() else 1 if letter.islower() else 2 for letter in run]
    if 0 not in kinds or len(set(kinds)) < least_kinds:
        return False
    turns = sum(one != other for one, other in pairwise(kinds))
    return turns >= _TURNS * len(run)


def _base64(match: re.Match[str]) -> str:
    return marker("secret") if _is_drawn(_BETWEEN.sub("", match[0]), 3) else match[0]
