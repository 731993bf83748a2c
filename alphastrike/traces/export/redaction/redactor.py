"""Rules applied to a whole record: to every text, to every key, and to what stands under a telling key."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from alphastrike.traces.export.redaction.keys import is_digest, names_digest
from alphastrike.traces.export.shared import Shared

REDACTION_VERSION = 1
_CACHED = 4_096
_LONGEST_CACHED = 20_000
_SHARED = 4_096
_LONGEST_QUIET = 64
_HEADER_VALUES = frozenset(("value", "values"))
_PLAIN = frozenset((int, float, bool, type(None)))  # no rule reads these, a key may


class Rule(Protocol):
    """One kind of thing to hide. A rule leaves its own markers alone."""

    name: str

    def in_text(self, text: str) -> str:
        """The text with every finding replaced by a marker."""
        ...

    def under(self, key: str) -> str | None:
        """The marker for whatever stands under this key; None when the key tells nothing."""
        ...


def marker(kind: str) -> str:
    """What stands where something was."""
    return f"<REDACTED:{kind}>"


class Redactor:
    """Applies rules in order. `replaced` counts texts changed, by rule, since it was last emptied."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Apply these rules."""
        self._rules = tuple(rules)
        self.replaced: Counter[str] = Counter()
        self._known: dict[int, tuple[Shared, Shared, Counter[str]]] = {}  # keeps what it knows alive
        self._quiet: set[str] = set()  # keys that stay as they are and tell nothing of what stands under them
        self._signs = lru_cache(maxsize=_CACHED)(self._sign)
        self._cached = lru_cache(maxsize=_CACHED)(self._rewritten)

    @property
    def names(self) -> tuple[str, ...]:
        """The rules' names in their order."""
        return tuple(rule.name for rule in self._rules)

    def redacted(self, value: Any) -> Any:
        """The value without what the rules find; the value itself is left as it is."""
        kind = type(value)
        if kind in _PLAIN:
            return value
        if isinstance(value, dict):
            return self._shared(value) if isinstance(value, Shared) else self._mapping(value)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list | tuple):
            return self._sequence(value)
        return value

    def _shared(self, value: Shared) -> Any:
        """What many records share is looked through once; found again, it counts again."""
        known = self._known.get(id(value))
        if known is None:
            before = self.replaced.copy()
            clean = Shared(self._mapping(value))
            known = (value, clean, self.replaced - before)
            if len(self._known) < _SHARED:
                self._known[id(value)] = known
            return clean
        self.replaced.update(known[2])
        return known[1]

    def _text(self, text: str) -> str:
        if not self._rules:
            return text
        found, names = self._cached(text) if len(text) <= _LONGEST_CACHED else self._rewritten(text)
        if names:
            self.replaced.update(names)
        return found

    def _rewritten(self, text: str) -> tuple[str, tuple[str, ...]]:
        names = []
        for rule in self._rules:
            after = rule.in_text(text)
            if after != text:
                names.append(rule.name)
                text = after
        return text, tuple(names)

    def _mapping(self, found: Mapping[str, Any]) -> dict[str, Any]:
        clean: dict[str, Any] = {}
        quiet = self._quiet
        for key, value in found.items():
            if key in quiet and key not in clean:
                clean[key] = value if type(value) in _PLAIN else self.redacted(value)
                continue
            told = self._told_by_name(found) if key in _HEADER_VALUES else ""
            name = self._text(key)
            while name in clean:
                name += "_"
            teller = told or key
            clean[name] = self._under(teller, value)
            if name == key == teller and len(self._quiet) < _CACHED and self._is_quiet(key):
                self._quiet.add(key)
        return clean

    def _is_quiet(self, key: str) -> bool:
        """Whether it is a short key of no sign and no digest, and not what a header's value stands under."""
        is_short = len(key) <= _LONGEST_QUIET and key not in _HEADER_VALUES
        return is_short and self._signs(key) is None and not names_digest(key) and not self._cached(key)[1]

    def _sequence(self, found: Sequence[Any]) -> list[Any]:
        """A list; a pair whose first half is a telling key is a header."""
        if len(found) == 2 and isinstance(found[0], str) and not isinstance(found[1], Mapping):
            return [self._text(found[0]), self._under(found[0], found[1])]
        return [self.redacted(each) for each in found]

    def _told_by_name(self, found: Mapping[str, Any]) -> str:
        """The header's name in `{"name": ..., "value": ...}`."""
        name = found.get("name", found.get("key", found.get("header")))
        return name if isinstance(name, str) else ""

    def _under(self, key: str, value: Any) -> Any:
        told = self._signs(key)
        if told is not None and _is_telling(value, told[0]):
            self.replaced[told[1]] += 1
            return told[0]
        return value if is_digest(key, value) else self.redacted(value)

    def _sign(self, key: str) -> tuple[str, str] | None:
        """The marker for what stands under a key, and the first rule that says so."""
        signs = ((rule.under(key), rule.name) for rule in self._rules)
        return next(((sign, name) for sign, name in signs if sign is not None), None)


def _is_telling(value: Any, sign: str) -> bool:
    """Whether there is something to hide: no empty value, no number but an account's."""
    if isinstance(value, bool) or value is None or value == sign:
        return False
    if isinstance(value, int | float):
        return sign == marker("account")
    if isinstance(value, Mapping):
        # A schema that describes a field of this name holds no secret.
        return bool(value) and "type" not in value
    return bool(value)
