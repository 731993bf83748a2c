"""The register of everything that was tried: the best of many is worth less than the only one."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alphastrike.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Trial:
    """A recipe and the data it was tried on, by content: the same one twice is one trial."""

    content: Mapping[str, str | int | float]
    features: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Hash of all of it, in hex."""
        text = json.dumps([dict(self.content), list(self.features)], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


class TrialRegister:
    """`trials.jsonl`: a line is appended before a model is made, and none is ever taken away."""

    def __init__(self, path: Path) -> None:
        """Look at `path`, which need not exist yet."""
        self._path = path

    def note(self, trial: Trial) -> int:
        """Register a trial unless it is there; how many different ones were tried, this one included."""
        known = self.known()
        if trial.sha256 in known:
            return len(known)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = {"trial": trial.sha256, "features": list(trial.features), **trial.content}
        if self._path.exists():
            os.truncate(self._path, self._path.read_bytes().rfind(b"\n") + 1)  # what a kill cut off
        with self._path.open("ab") as file:
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return len(known) + 1

    def known(self) -> frozenset[str]:
        """Hashes of what was tried; `ConfigError` for a file that is not such a register."""
        try:
            whole, _, _cut_off = self._path.read_text(encoding="utf-8").rpartition("\n")
        except FileNotFoundError:
            return frozenset()
        except UnicodeDecodeError:
            whole = "\0"
        return frozenset(self._hash(number, line) for number, line in enumerate(whole.splitlines(), 1))

    def _hash(self, number: int, line: str) -> str:
        try:
            return str(json.loads(line)["trial"])
        except (ValueError, RecursionError, KeyError, TypeError):
            raise ConfigError(
                f"{self._path}:{number}: observed {line!r:.60}, allowed a registered trial; restore "
                "the file, or keep the models elsewhere with ml.registry"
            ) from None
