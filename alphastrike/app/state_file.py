"""One state file that survives a kill between any two system calls: old, new, or known to be damaged.

Each write goes to a numbered copy and then to the file itself, each by temporary file, fsync, rename and
fsync of the folder. The checksum is over the content's canonical JSON; the last five copies are kept.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT = 5

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What a start found: `state` whole, or None with `fault` saying why; both None on a first start.

    `older` are the copies that are whole, newest first.
    """

    state: State | None
    fault: str | None
    older: tuple[State, ...] = ()

    @property
    def is_first_start(self) -> bool:
        """Nothing was ever written here."""
        return self.state is None and self.fault is None


def write_state(path: Path, state: State) -> State:
    """Replace the state at `path`; returns what was written, with its sequence number and checksum."""
    path.parent.mkdir(parents=True, exist_ok=True)
    copies = _copies(path)
    sequence = 1 + max((_number(copy) for copy in copies), default=0)
    sealed = _sealed({**state, "sequence": sequence})
    text = json.dumps(sealed, indent=1, sort_keys=True, allow_nan=False) + "\n"
    _put(path.with_name(f"{path.stem}.{sequence:010d}{path.suffix}"), text)
    _put(path, text)
    for copy in copies[: max(0, len(copies) + 1 - KEPT)]:
        os.unlink(copy)  # noqa: PTH108 - every system call is spelled out, so that a test can stop before each
    return sealed


def read_state(path: Path, schema: int) -> Found:
    """The state at `path` if it is whole and of this schema."""
    older = tuple(state for state in map(_whole, reversed(_copies(path))) if state is not None)
    if not path.exists():
        if not _copies(path):
            return Found(None, None)
        return Found(None, f"{path}: missing, but copies of it are there", older)
    state = _whole(path)
    if state is None:
        return Found(None, f"{path}: damaged, its checksum does not hold", older)
    if state.get("schema") != schema:
        return Found(None, f"{path}: observed schema {state.get('schema')}, allowed {schema}", older)
    return Found(state, None, older)


def _sealed(content: State) -> State:
    return {**content, "checksum": _checksum(content)}


def _checksum(content: State) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _whole(path: Path) -> State | None:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        content = {name: value for name, value in state.items() if name != "checksum"}
        return state if state.get("checksum") == _checksum(content) else None
    except (OSError, ValueError, AttributeError, RecursionError):
        return None


def _copies(path: Path) -> list[Path]:
    """The numbered copies, oldest first."""
    return sorted(copy for copy in path.parent.glob(f"{path.stem}.*{path.suffix}") if _number(copy) > 0)


def _number(copy: Path) -> int:
    text = copy.suffixes[-2][1:] if len(copy.suffixes) > 1 else ""
    return int(text) if text.isascii() and text.isdigit() else 0


def _put(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    remaining = text.encode()
    while remaining:
        remaining = remaining[os.write(handle, remaining) :]
    os.fsync(handle)
    os.close(handle)
    os.replace(fresh, path)  # noqa: PTH105 - as above
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # pragma: no cover - a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
