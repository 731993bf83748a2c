"""Whose a file is by the names of its folders: what each venue says of its own data.

Said in `data_sources.toml` beside a venue's adapter, or in a package that names itself under the entry
point group `alphastrike.data_sources`: a new venue edits no file here.
"""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from alphastrike.domain.errors import ConfigError

_FILE = "data_sources.toml"
_GROUP = "alphastrike.data_sources"
_KEYS = {"venue", "folders", "archive", "exchange", "named_as_usdt", "symbol_prefixes"}
_MARKETS = ("perp", "spot")


@dataclass(frozen=True, slots=True)
class Source:
    """One venue's market. `folders` are names of folders that hold its files.

    `archive`: all of these above a file mean the venue's own public archive. `exchange` is a folder that
    tools name after the exchange, with the market whose files lie there. Quotes in `named_as_usdt` are
    USDT here; `symbol_prefixes` stand before a symbol and mean nothing.
    """

    venue: str
    folders: tuple[str, ...]
    archive: tuple[str, ...] = ()
    exchange: tuple[str, str] | None = None
    named_as_usdt: tuple[str, ...] = ()
    symbol_prefixes: tuple[str, ...] = ()


def sources() -> tuple[Source, ...]:
    """Every source, by the name of its venue; `ConfigError` for a file that says something else."""
    return _sources(tuple(sys.path))


def venue_of(folders: tuple[str, ...], market: str | None) -> str | None:
    """The venue by the nearest folders, the file's own first; None when none of them tells."""
    # Tools keep spot files right in the exchange's folder, futures one below.
    side = "perp" if market == "perp" else "spot"
    told = (
        *(source for folder in folders[:3] for source in sources() if folder in source.folders),
        *(source for source in sources() if source.archive and set(source.archive) <= set(folders)),
        *(source for folder in folders[:2] for source in sources() if source.exchange == (folder, side)),
    )
    return told[0].venue if told else None


def named_as_usdt(quote: str, venue: str | None) -> bool:
    """Whether this venue's contracts in `quote` carry the USDT name."""
    return any(source.venue == venue and quote in source.named_as_usdt for source in sources())


def symbol_prefixes() -> frozenset[str]:
    """Words that venues put before a symbol."""
    return frozenset(prefix for source in sources() for prefix in source.symbol_prefixes)


@cache
def _sources(path: tuple[str, ...]) -> tuple[Source, ...]:  # noqa: ARG001 - other folders, other packages
    found: dict[str, Source] = {}
    for file in _files():
        for source in _read(file):
            if source.venue in found:
                raise ConfigError(
                    f"{file}: {source.venue} is declared twice; uninstall or rename one of the two"
                )
            found[source.venue] = source
    return tuple(found[venue] for venue in sorted(found))


def _files() -> Iterator[Traversable]:
    rooms = sorted(files("alphastrike").joinpath("adapters").iterdir(), key=lambda room: room.name)
    installed = [files(point.value) for point in entry_points(group=_GROUP)]
    for room in (*(room for room in rooms if room.is_dir()), *installed):
        file = room.joinpath(_FILE)
        if file.is_file():
            yield file


def _read(file: Traversable) -> Iterator[Source]:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        for row in told["source"]:
            yield _source(row)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            f"{file}: not a list of data sources ({error}); "
            f"allowed: [[source]] with {', '.join(sorted(_KEYS))}"
        ) from None


def _source(row: dict[str, Any]) -> Source:
    if unknown := set(row) - _KEYS:
        raise ValueError(f"unknown {', '.join(sorted(unknown))}")
    exchange = row.get("exchange")
    if exchange is not None and (set(exchange) != {"folder", "market"} or exchange["market"] not in _MARKETS):
        raise ValueError(f"exchange: observed {exchange}, allowed a folder and a market of {_MARKETS}")
    texts = {name: _texts(name, row.get(name, [])) for name in _KEYS - {"venue", "exchange"}}
    return Source(
        venue=str(row["venue"]),
        exchange=None if exchange is None else (str(exchange["folder"]), exchange["market"]),
        **texts,
    )


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{name}: observed {value!r}, allowed a list of texts")
    return tuple(value)
