"""Which column of a file is which, whatever its author called it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alphastrike.marketdata.faults import Fault, FileFault, nearest

PRICES = ("open", "high", "low", "close")

_ALIASES = {
    "open": ("o", "openprice"),
    "high": ("h", "highprice"),
    "low": ("l", "lowprice"),
    "close": ("c", "closeprice"),
    "volume": ("v", "vol", "basevolume", "volumebase", "volbase"),
    "quote_volume": ("qv", "quoteassetvolume", "volumequote", "turnover"),
    "trades": ("count", "numberoftrades", "numtrades", "tradecount", "notrades"),
    "taker_buy_volume": ("takerbuybasevolume", "takerbuybaseassetvolume", "takerbasevolume", "takerbuybase"),
    "symbol": ("pair", "ticker", "coin", "instrument"),
    "rate": ("fundingrate", "lastfundingrate"),
}
# Best first: a file may carry an epoch beside a readable date.
_TIMES = (
    *("tsms", "opentimems", "timestampms", "timems", "unixms", "opentime", "timestamp", "ts"),
    *("calctime", "fundingtime", "unix", "time", "t", "datetime", "date", "opendate", "starttime"),
    *(
        "tss",
        "timestamps",
        "times",
        "unixs",
        "tsus",
        "timestampus",
        "timeus",
        "tsns",
        "timestampns",
        "timens",
    ),
)
_UNITS = {"_s": "s", "_sec": "s", "_us": "us", "_ns": "ns"}


@dataclass(frozen=True, slots=True)
class Header:
    """Column names of a file by meaning. `time_unit` is set when the name itself states one."""

    time: str | None
    time_unit: str
    columns: dict[str, str]
    unknown: tuple[str, ...]

    @property
    def looks_like_candles(self) -> bool:
        """Whether it has a price column or more, so that what is missing must be a mistake."""
        return sum(name in self.columns for name in PRICES) >= (1 if self.time else 2)

    @property
    def looks_like_funding(self) -> bool:
        """Whether it holds funding rates and no candles."""
        return self.time is not None and "rate" in self.columns and "close" not in self.columns


def resolve(names: Sequence[str]) -> Header:
    """Give every column its meaning; the first of two names for one meaning wins."""
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(_plain(name), name)
    time = next((by_plain[plain] for plain in _TIMES if plain in by_plain), None)
    columns = {}
    for meaning, aliases in _ALIASES.items():
        known = (meaning.replace("_", ""), *aliases)
        found = next((by_plain[plain] for plain in known if plain in by_plain), None)
        if found is not None:
            columns[meaning] = found
    used = {time, *columns.values()}
    unknown = tuple(name for name in names if name not in used)
    return Header(time, _unit(time or ""), columns, unknown)


def require(path: Path, header: Header, needed: Sequence[str], names: Sequence[str]) -> str:
    """Name of the time column; refuses a file without one or without a `needed` column."""
    plain = [_plain(name) or name for name in names]
    twice = sorted({name for name, key in zip(names, plain, strict=True) if plain.count(key) > 1})
    if twice:
        fault = Fault("two columns of one name", ", ".join(twice), "each name once", "rename or remove one")
        raise FileFault(path, fault)
    missing = [name for name in needed if name not in header.columns]
    if header.time is None:
        missing.insert(0, "timestamp")
    if missing:
        hints = "".join(nearest(name, header.unknown) for name in missing[:1])
        fault = Fault(
            rule=f"missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
            observed=f"columns {', '.join(names) or 'none'}{hints}",
            allowed=f"a time column (ts_ms, timestamp, open_time, time, date) and {', '.join(needed)}",
            advice="rename the columns in the file's header, or convert the file with these names",
        )
        raise FileFault(path, fault)
    return header.time or ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _unit(name: str) -> str:
    lowered = name.strip().lower().replace(" ", "_")
    return next((unit for suffix, unit in _UNITS.items() if lowered.endswith(suffix)), "ms")
