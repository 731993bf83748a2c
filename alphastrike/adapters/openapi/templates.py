"""Texts with placeholders from a closed set; nothing else in braces is taken, and nothing is evaluated."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from alphastrike.adapters.openapi.description import VenueDescription

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
SYMBOL: Final = frozenset({"base", "quote", "base_lower", "quote_lower"})
SENT: Final = frozenset({"key", "passphrase", "timestamp_ms", "signature"})
SIGNED: Final = frozenset({"timestamp_ms", "METHOD", "path", "query", "?query", "body", "key"})


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with every placeholder replaced by its value."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)


def placeholders(template: str) -> tuple[str, ...]:
    """Names in braces, in order."""
    return tuple(found[1] for found in _PLACEHOLDER.finditer(template))


def template_faults(description: VenueDescription) -> Iterator[tuple[str, str, str]]:
    """Place, observed and allowed of each placeholder that is not in its closed set."""
    auth = description.auth
    yield from _unknown("symbol.native", description.symbol.native, SYMBOL)
    if not {"base", "base_lower"} & set(placeholders(description.symbol.native)):
        yield "symbol.native", description.symbol.native, "a template with {base} or {base_lower}"
    yield from _unknown("auth.payload", auth.payload, SIGNED)
    for part, entries in (("headers", auth.headers), ("query", auth.query)):
        for name, template in entries.items():
            yield from _unknown(f"auth.{part}.{name}", template, SENT)
    everything = "".join((*auth.headers.values(), *auth.query.values()))
    if auth.kind == "hmac" and not (auth.payload and "{signature}" in everything):
        yield "auth", "hmac without a payload or a {signature}", "both: what is signed and where it is sent"
    if auth.kind != "hmac" and "{signature}" in everything:
        yield "auth.kind", f"{auth.kind} with a {{signature}}", "hmac"
    if description.websocket is not None:
        for name, stream in description.websocket.streams.items():
            allowed = frozenset({"native", "native_lower", "interval"})
            yield from _unknown(f"websocket.streams.{name}.topic", stream.topic, allowed)


def _unknown(place: str, template: str, allowed: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for name in placeholders(template):
        if name not in allowed:
            yield place, f"{{{name}}}", "one of " + ", ".join(f"{{{known}}}" for known in sorted(allowed))
