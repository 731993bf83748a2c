"""What a file's name and folders say about its content."""

import re
from pathlib import Path

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import interval_ms
from alphastrike.marketdata.sources import venue_of
from alphastrike.marketdata.symbols import canonical_symbol
from alphastrike.marketdata.tables import FileIdentity, Kind

_KIND_WORDS = {
    "funding": Kind.FUNDING,
    "fundingrate": Kind.FUNDING,
    "mark": Kind.MARK,
    "markpriceklines": Kind.MARK,
    "index": Kind.INDEX,
    "indexpriceklines": Kind.INDEX,
    "premiumindexklines": Kind.OTHER,
    "aggtrades": Kind.OTHER,
    "trades": Kind.OTHER,
    "metrics": Kind.OTHER,
}
_DATE = re.compile(r"\d{4}|\d{6}|\d{8}")


def identity_from_name(path: Path) -> FileIdentity:
    """Symbol, interval, kind, venue and market as far as name and parent folders tell."""
    tokens = [token for token in re.split(r"[-_ .]+", _stem(path)) if token]
    end = next((i for i, token in enumerate(tokens) if i and _ends_symbol(token)), len(tokens))
    folders = tuple(part.lower() for part in reversed(path.absolute().parts[:-1]))[:8]
    market = _market(folders, tokens)
    venue = venue_of(folders, market)
    symbol = canonical_symbol("_".join(tokens[:end]), venue)
    if symbol is None and tokens:
        symbol = canonical_symbol(tokens[0], venue)
    intervals = [_interval(word) for word in (*tokens[1:], path.parent.name)]
    return FileIdentity(
        kind=_kind(path, tokens),
        symbol=symbol,
        venue=venue,
        interval_ms=next((length for length in intervals if length is not None), None),
        market=market,
    )


def folder_interval_ms(path: Path) -> int | None:
    """Interval a file's own folder is named after, or None."""
    return _interval(path.parent.name)


def market_of(venue: str | None) -> str | None:
    """Market a venue name stands for: "spot", "perp", or None when the venue is unknown."""
    if venue is None:
        return None
    return "spot" if venue.endswith("_spot") else "perp"


def _stem(path: Path) -> str:
    stem = path.name
    while Path(stem).suffix.lower() in {".parquet", ".pq", ".feather", ".arrow", ".json", ".csv", ".zip"}:
        stem = Path(stem).stem
    return stem


def _interval(word: str) -> int | None:
    try:
        return interval_ms(word)
    except ConfigError:
        return None


def _ends_symbol(token: str) -> bool:
    """Whether a word of a file name stands behind the symbol rather than in it."""
    is_date = _DATE.fullmatch(token) is not None
    return is_date or _interval(token) is not None or token.lower() in {*_KIND_WORDS, "futures", "spot"}


def _kind(path: Path, tokens: list[str]) -> Kind:
    for token in tokens[1:]:
        if token.lower() in _KIND_WORDS:
            return _KIND_WORDS[token.lower()]
    folders = {path.parent.name.lower(), path.parent.parent.name.lower()}
    return Kind.FUNDING if folders & {"funding", "fundingrate"} else Kind.CANDLES


def _market(folders: tuple[str, ...], tokens: list[str]) -> str | None:
    words = {token.lower() for token in tokens[1:]} | set(folders)
    if words & {"futures", "um", "swap"}:
        return "perp"
    return "spot" if "spot" in words else None
