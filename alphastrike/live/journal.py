"""The journal: every event handled with its answer, appended to one file that can prove itself.

A line is a checksum and a JSON object; each checksum covers the one before it, so that a line
changed, lost or moved is noticed. A line is handed to the system in one write before anything is
done about it: a killed process loses nothing, and `durable` lines survive a power cut as well.
"""

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from alphastrike.domain.errors import DataError
from alphastrike.live.codec import to_text

_CHECKSUM_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Record:
    """One line: `number` counts from 0, `kind` says what `data` is."""

    number: int
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _End:
    """Where the good part of a file ends."""

    records: int
    length: int
    checksum: int


class Journal:
    """A journal open for writing. One process writes; `records` is how many lines it holds."""

    def __init__(self, path: Path, end: _End, torn_bytes: int) -> None:
        """Use `Journal.opened`."""
        self.path = path
        self.torn_bytes = torn_bytes
        self.records = end.records
        self._length = end.length
        self._checksum = end.checksum
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    @classmethod
    def opened(cls, path: Path) -> Self:
        """Open or create; a line that a crash cut short is set aside, and `torn_bytes` says how much.

        `DataError` when a line in the middle is not what was written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes() if path.exists() else b""
        end = _good_end(path, content)
        torn = content[end.length :]
        if torn:
            aside = path.with_name(f"{path.name}.torn-{end.length}")
            aside.write_bytes(torn)
            os.truncate(path, end.length)
        journal = cls(path, end, len(torn))
        journal.sync()
        _sync_folder(path.parent)
        return journal

    def append(self, kind: str, data: dict[str, Any], *, durable: bool = False) -> None:
        """Write one line; with `durable` not before it is on the disk. `OSError` leaves no half line."""
        body = to_text({"kind": kind, **data}).encode()
        checksum = zlib.crc32(body, self._checksum)
        line = b"%08x %b\n" % (checksum, body)
        try:
            self._write(line)
            if durable:
                os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._length)
            raise
        self._checksum = checksum
        self._length += len(line)
        self.records += 1

    def sync(self) -> None:
        """Put everything written so far on the disk."""
        os.fsync(self._file)

    def close(self) -> None:
        """Put everything on the disk and close; safe to call twice."""
        if self._file >= 0:
            os.fsync(self._file)
            os.close(self._file)
            self._file = -1

    def _write(self, line: bytes) -> None:
        done = os.write(self._file, line)
        while done < len(line):
            done += os.write(self._file, line[done:])


@dataclass(slots=True)
class MemoryJournal:
    """Keeps records and writes nothing: for a run that is compared or thrown away."""

    records: list[Record] = field(default_factory=list)

    def append(self, kind: str, data: dict[str, Any], *, durable: bool = False) -> None:  # noqa: ARG002
        """Keep one record."""
        self.records.append(Record(len(self.records), kind, data))

    def sync(self) -> None:
        """Nothing to do."""


def read_journal(path: Path) -> Iterator[Record]:
    """Every whole line of a journal, oldest first; a line cut short at the end is left out.

    `DataError` when there is no such file or a line is not what was written.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; allowed: a journal that paper or live trading wrote")
    checksum = 0
    with path.open("rb") as file:
        for number, line in enumerate(file):
            body = _body(line, checksum)
            if body is None:
                if file.read(1):
                    raise _broken(path, number)
                return
            checksum = zlib.crc32(body, checksum)
            data = json.loads(body)
            yield Record(number, data.pop("kind"), data)


def _good_end(path: Path, content: bytes) -> _End:
    records, length, checksum = 0, 0, 0
    for line in content.splitlines(keepends=True):
        body = _body(line, checksum)
        if body is None:
            if length + len(line) < len(content):
                raise _broken(path, records)
            break
        checksum = zlib.crc32(body, checksum)
        records += 1
        length += len(line)
    return _End(records, length, checksum)


def _body(line: bytes, checksum: int) -> bytes | None:
    """What a line says, or None when it is not whole."""
    said, _, body = line.rstrip(b"\n").partition(b" ")
    is_whole = line.endswith(b"\n") and len(said) == _CHECKSUM_LENGTH
    return body if is_whole and said == b"%08x" % zlib.crc32(body, checksum) else None


def _broken(path: Path, number: int) -> DataError:
    return DataError(
        f"{path}: line {number + 1} is not what was written (its checksum fails) and more lines follow; "
        "allowed: an untouched journal; keep this file, and start with another --state folder"
    )


def _sync_folder(folder: Path) -> None:
    """A new file is only there for good once its folder says so."""
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
