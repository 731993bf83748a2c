"""Any data file as a value: the format is recognised by its content."""

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from alphastrike.marketdata import formats
from alphastrike.marketdata.faults import Fault, FileFault
from alphastrike.marketdata.tables import CandleTable, FileIdentity, FundingTable

DATA_SUFFIXES = frozenset({".parquet", ".pq", ".feather", ".arrow", ".json", ".csv", ".zip"})
"""Files of a folder that are looked into; a file named on its own may have any name."""


class Format(Protocol):
    """A module of `marketdata.formats`. No two formats detect the same file."""

    def detect(self, path: Path, /) -> bool:
        """Whether the file's content is of this format."""
        ...

    def identify(self, path: Path, /) -> FileIdentity:
        """What the file says about itself, without reading its rows."""
        ...

    def read(self, path: Path, columns: Sequence[str], /) -> CandleTable | FundingTable:
        """All rows, with the wanted candle columns; `DataError` when they cannot be read."""
        ...


def recognise(path: Path) -> Format | None:
    """The format of an existing file, or None when no format knows it; empty is a `DataError`."""
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        fault = Fault(
            "cannot be opened", str(error.strerror), "a file this user may read", "change its rights"
        )
        raise FileFault(path, fault) from None
    if is_empty:
        fault = Fault("empty file", "0 bytes", "a data file with rows", "download or export the file again")
        raise FileFault(path, fault)
    return next((each for each in _formats() if each.detect(path)), None)


def recognised(path: Path) -> Format:
    """The format of a file that was named on its own: an unknown one is a `DataError`."""
    found = recognise(path)
    if found is None:
        fault = Fault(
            rule="unknown format",
            observed=f"a file starting with {_head(path)!r}",
            allowed="Parquet, CSV with a header, archived kline CSV or zip, freqtrade feather or JSON",
            advice="convert the file to one of these",
        )
        raise FileFault(path, fault)
    return found


def files_in(path: Path) -> tuple[Path, ...]:
    """The file itself, or the data files of a folder and of its direct sub-folders, sorted.

    Hidden files and folders are left out. A path that does not exist is a `DataError`.
    """
    if path.is_file():
        return (path,)
    if not path.is_dir():
        near = path.parent if path.parent.is_dir() else None
        found = (
            ", ".join(sorted(child.name for child in near.iterdir())[:8]) if near else "no such folder either"
        )
        fault = Fault("no such file or folder", f"beside it: {found}", "an existing path", "correct the path")
        raise FileFault(path, fault)
    folders = [path, *(child for child in path.iterdir() if child.is_dir() and not _is_hidden(child))]
    return tuple(sorted(file for folder in folders for file in folder.iterdir() if _is_data(file)))


def _is_data(file: Path) -> bool:
    return file.suffix.lower() in DATA_SUFFIXES and file.is_file() and not _is_hidden(file)


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(24)


@cache
def _formats() -> tuple[Format, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(formats.__path__))
    modules = [importlib.import_module(f"{formats.__name__}.{name}") for name in names]
    # Parquet first: it is what the store holds, and nothing else starts like it.
    modules.sort(key=lambda module: module.__name__ != f"{formats.__name__}.parquet")
    return tuple(cast("Format", module) for module in modules)
