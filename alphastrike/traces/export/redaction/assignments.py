"""Secrets known by the name in front of them: `name=value`, `"name": "value"`, `name is value`."""

import re
from functools import partial

from alphastrike.traces.export.redaction.redactor import marker

_NAMES = (
    r"api[-_. ]?keys?|api[-_. ]?secret(?:[-_. ]?key)?|api[-_. ]?pass(?:phrase)?|api[-_. ]?sign(?:ature)?"
    r"|api[-_. ]?token|secret[-_. ]?(?:access[-_. ]?)?key|access[-_. ]?key(?:[-_. ]?(?:id|secret))?"
    r"|access[-_. ]?(?:sign|passphrase|token)|private[-_. ]?key|client[-_. ]?secret|shared[-_. ]?secret"
    r"|pass(?:phrase|word|wd)|auth[-_. ]?token|bot[-_. ]?token|refresh[-_. ]?token|session[-_. ]?token"
    r"|security[-_. ]?token|id[-_. ]?token|listen[-_. ]?key|x-bapi-sign|x-bm-(?:key|sign|memo)"
    r"|signature|secret"
)
_SHORT = r"pwd|token|sign|sig|hmac"
_ACCOUNT = (
    r"account[-_. ]?(?:id|no|number|address)|user[-_. ]?id|member[-_. ]?id|uid"
    r"|sub[-_. ]?account(?:[-_. ]?id)?"
    r"|(?:wallet|vault|agent)[-_. ]?address"
)
_SIGN = r"[\"'`\\]*\s*(?:=>|:=|==?|:)\s*(?:[bru]{0,2}[\"'`\\]+)?"
_VALUE = r"(?P<value>[^\s\"'`\\,;&<>(){}\[\]]{4,})"
_PHRASE = r"(?P<value>[^\"'`\\]{4,}?)(?=[\"'`\\])"
_NAMED = re.compile(rf"(?P<name>(?i:{_NAMES})){_SIGN}{_VALUE}")
_QUOTED = re.compile(rf"(?P<name>(?i:{_NAMES}))[\"'`\\]*\s*(?:=>|:=|==?|:)\s*[\"'`\\]+{_PHRASE}")
_BRIEF = re.compile(
    rf"(?<![A-Za-z])(?P<name>(?i:{_SHORT})){_SIGN}(?P<value>[^\s\"'`\\,;&<>(){{}}\[\]]{{8,}})"
)
_SPOKEN = re.compile(
    rf"(?P<name>(?i:{_NAMES}|{_SHORT}))\s+(?i:is|was|of)\s+[\"'`]?(?P<value>(?=[^\s\"'`]*\d)[^\s\"'`,;]{{8,}})"
)
_ENVIRONMENT = re.compile(
    r"(?<![A-Za-z])(?P<name>[A-Z][A-Z0-9_]*_(?:KEY|TOKEN|PASS|PW))\s*=\s*[\"']?(?P<value>[^\s\"'`;&<>]{6,})"
)
_SAID = re.compile(r"(?P<name>(?i:passphrase|password))\s+[\"'](?P<value>[^\"'\r\n]{4,})(?=[\"'])")
_OWNED = re.compile(
    rf"(?<![A-Za-z])(?P<name>(?i:{_ACCOUNT})){_SIGN}(?P<value>[A-Za-z0-9@._-]*\d[A-Za-z0-9@._-]{{3,}})"
)
_WORDS = re.compile(
    r"(?P<name>(?i:mnemonic|(?:seed|recovery|secret)[-_ ]?phrase)(?i:\s+is)?)"
    r"[\"'`\\]*\s*(?:=>|=|:|\s)\s*[\"'`\\]*"
    r"(?P<value>(?:[a-z]{3,8}\s+){11,23}[a-z]{3,8})"
)
_AUTHORIZATION = re.compile(
    r"(?P<name>(?i:(?:proxy-?)?authorization))[\"'`\\]*\s*(?:=>|=|:|,)\s*[\"'`\\]*"
    r"(?P<value>(?:(?i:bearer|basic|token|digest|apikey|negotiate|key|aws4-hmac-sha256|hmac(?:-sha\d+)?)[\s:=]+)?"
    r"[^\"'`\r\n]{4,}?)(?=[\"'`\\\r\n]|\s+(?:-[A-Za-z-]|https?://)|$)"
)
_BEARER = re.compile(r"(?P<name>(?<![A-Za-z])(?i:bearer))\s+(?P<value>(?=\S*[\d.])[A-Za-z0-9._~+/=-]{12,})")
_COOKIE = re.compile(r"(?P<name>(?i:(?:set-)?cookie))[\"']?\s*:\s*[\"']?(?P<value>[^\"'\r\n]*=[^\"'\r\n]+)")
_SWITCH = re.compile(
    r"(?P<name>(?:^|\s)(?:-u|--user|--password|--token|--api-key))[\s=]+(?P<value>[^\s\"']{4,})"
)
_NOTHING = re.compile(
    r"(?i:none|null|nil|true|false|required|missing|invalid|unset|empty|optional|string|expired|valid|wrong|bearer"
    r"|basic|your[-_ ].*|os\.environ.*|getenv.*|self\..*|config\..*|settings\..*|x{4,}|\*+|\.{3,}|redacted.*)"
    r"[.!?)]*|\$.*|%.*|<.*"
)
_SAYS_ALL = frozenset({"secret", "signature", "sign", "sig", "token", "hmac"})
_NEEDLES = (
    "api", "secret", "private", "access", "passphrase", "password", "passwd", "auth", "bot", "refresh",
    "session", "security", "id_token", "id-token", "idtoken", "listen", "x-b", "signature",
)  # fmt: skip
_OWNERS = ("accountid", "account_", "account-", "account.", "account id", "account n", "account a", "uid",
           "user", "member", "sub", "wallet", "vault", "agent")  # fmt: skip
# Every needle below holds one of these.
_ROOTS = (
    "api", "secret", "private", "access", "pass", "auth", "bot", "refresh", "session", "security", "token",
    "listen", "x-b", "sig", "bearer", "cookie", "mnemonic", "phrase", "pwd", "hmac", "_key", "_pw", "-u",
    "accountid", "account_", "account-", "account.", "account id", "account n", "account a", "uid",
    "user", "member", "sub", "wallet", "vault", "agent",
)  # fmt: skip
_PATTERNS: tuple[tuple[tuple[str, ...], str, tuple[re.Pattern[str], ...]], ...] = (
    (("authorization",), "secret", (_AUTHORIZATION,)),
    (("bearer",), "secret", (_BEARER,)),
    (("cookie",), "secret", (_COOKIE,)),
    (("mnemonic", "phrase"), "secret", (_WORDS,)),
    (_NEEDLES, "secret", (_QUOTED, _NAMED, _SPOKEN)),
    (("pwd", "token", "sig", "hmac"), "secret", (_BRIEF, _SPOKEN)),
    (("_key", "_token", "_pass", "_pw"), "secret", (_ENVIRONMENT,)),
    (("passphrase", "password"), "secret", (_SAID,)),
    ((" -u", "-u ", "--user", "--password", "--token", "--api-key"), "secret", (_SWITCH,)),
    (_OWNERS, "account", (_OWNED,)),
)


def without_assigned(text: str) -> str:
    """The text with every value a telling name is given replaced."""
    lowered = text.lower()
    if not _mentions(lowered, _ROOTS):
        return text
    for needles, kind, patterns in _PATTERNS:
        if _mentions(lowered, needles):
            for pattern in patterns:
                text = pattern.sub(partial(_replaced, marker(kind)), text)
    return text


def _mentions(lowered: str, needles: tuple[str, ...]) -> bool:
    # A plain loop: this is asked of every text, and a generator costs more than the search.
    for needle in needles:  # noqa: SIM110
        if needle in lowered:
            return True
    return False


def _replaced(sign: str, match: re.Match[str]) -> str:
    value, name = match["value"], match["name"].lower()
    if _NOTHING.fullmatch(value) or "REDACTED:" in value:
        return match[0]
    if name in _SAYS_ALL and not _could_be_secret(value):
        return match[0]
    start = match.start("value") - match.start()
    return match[0][:start] + sign + match[0][start + len(value) :]


def _could_be_secret(value: str) -> bool:
    """For names that are words of their own too: long, or letters with digits among them."""
    has_digit = any(letter.isdigit() for letter in value)
    has_letter = any(letter.isalpha() for letter in value)
    return len(value) >= 6 and has_digit and has_letter
