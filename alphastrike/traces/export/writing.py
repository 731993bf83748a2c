"""Files that are there whole or not at all: written under another name, then renamed, all at the end."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from alphastrike.domain.errors import ConfigError
from alphastrike.traces.export.trace import Json


class Files:
    """JSONL and JSON files of one folder. `counts` and `digests` are of what was written, by name."""

    def __init__(self, folder: Path) -> None:
        """Write into this folder."""
        self._folder = folder
        self._open: dict[str, BinaryIO] = {}
        self._hashes: dict[str, Any] = {}
        self._withdrawn: list[str] = []
        self.counts: dict[str, int] = {}

    def withdraw(self, name: str) -> None:
        """Take away what an earlier export left under a name that this one does not write."""
        self._withdrawn.append(name)

    def start(self, name: str) -> None:
        """Begin a file, empty so far."""
        self._open[name] = self._temporary(name).open("wb")
        self._hashes[name] = hashlib.sha256()
        self.counts[name] = 0

    def add(self, name: str, line: bytes) -> None:
        """One more line, its end included."""
        self._open[name].write(line)
        self._hashes[name].update(line)
        self.counts[name] += 1

    def add_document(self, name: str, document: Json) -> None:
        """A whole JSON file."""
        self.start(name)
        text = json.dumps(document, indent=2, allow_nan=False) + "\n"
        self._open[name].write(text.encode())
        del self.counts[name]

    def digests(self) -> dict[str, str]:
        """The SHA-256 of every JSONL file so far."""
        return {name: self._hashes[name].hexdigest() for name in self.counts}

    def publish(self) -> None:
        """Give every file its name; what was withdrawn is gone before the first."""
        for handle in self._open.values():
            handle.flush()
            os.fsync(handle.fileno())
            handle.close()
        for name in self._withdrawn:
            (self._folder / name).unlink(missing_ok=True)
        for name in self._open:
            self._temporary(name).replace(self._folder / name)

    def abandon(self) -> None:
        """Leave nothing behind."""
        for name, handle in self._open.items():
            handle.close()
            self._temporary(name).unlink(missing_ok=True)

    def _temporary(self, name: str) -> Path:
        return self._folder / f".{name}.{os.getpid()}.tmp"


@contextmanager
def files_in(folder: Path) -> Iterator[Files]:
    """Files that appear when the block ends well, and leave no trace when it does not."""
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"--out: observed {folder}, which is a file; allowed a folder")
    folder.mkdir(parents=True, exist_ok=True)
    files = Files(folder)
    try:
        yield files
        files.publish()
    except BaseException:
        files.abandon()
        raise
