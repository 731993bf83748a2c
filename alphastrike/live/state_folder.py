"""The folder a running process keeps its state in: one owner, and one status file.

Plain files, so that every operating system has them and they outlive the process: `status` reads
what the last process said.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from alphastrike.domain.errors import ConfigError, DataError

_LOCK, _STATUS = "lock", "status.json"


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Be the only process of this folder, or `ConfigError` naming the one that is."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        running = read_status(folder).get("pid", "unknown")
        raise ConfigError(
            f"--state {folder}: in use by process {running}; allowed: one process a folder, "
            "stop that one (`alphastrike stop`) or choose another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_owned(folder: Path) -> bool:
    """Whether a process is running on this folder."""
    if not (folder / _LOCK).exists():
        return False
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def write_status(folder: Path, status: dict[str, Any]) -> None:
    """Replace the status in one step: a reader sees the old one or the new one."""
    fresh = folder / f".{_STATUS}.{os.getpid()}"
    fresh.write_text(json.dumps({"pid": os.getpid(), **status}, allow_nan=False, indent=1), encoding="utf-8")
    fresh.replace(folder / _STATUS)


def read_status(folder: Path) -> dict[str, Any]:
    """What the last process said of itself; empty when none has."""
    path = folder / _STATUS
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise DataError(f"{path}: not readable as JSON ({error}); delete it, it is written anew") from None
    return content if isinstance(content, dict) else {}
