"""The folder of trained models: which there are, which one votes, and which one did before."""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from alphastrike.domain.errors import ConfigError
from alphastrike.ml.record import ModelRecord, model_id, read_record, record_text
from alphastrike.ml.trials import TrialRegister

ACTIVE = "active"
_SHORT = 12
_STATE = "registry.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the registry. `status`: active votes, shadow has never voted, retired did once."""

    record: ModelRecord
    folder: Path
    status: str


class Registry:
    """Models in folders named by the first characters of their id; one at most is active.

    A model starts in shadow. Promotion takes evidence; the model before it stays and can come
    back by `rollback`. Files are replaced whole, never written by halves.
    """

    def __init__(self, root: Path) -> None:
        """Look at `root`, which need not exist yet."""
        self._root = root
        self.trials = TrialRegister(root / "trials.jsonl")

    def entries(self) -> tuple[Entry, ...]:
        """Every model, oldest data first."""
        promoted = self._promoted()
        folders = sorted(path.parent for path in self._root.glob("*/record.json"))
        found = [self._entry(folder, promoted) for folder in folders]
        return tuple(sorted(found, key=lambda entry: (entry.record.learnt_until_ms, entry.folder.name)))

    def find(self, name: str) -> Entry:
        """The model whose id starts with `name`, or the `active` one; `ConfigError` when there is none."""
        promoted = self._promoted()
        if name == ACTIVE:
            if not promoted:
                raise ConfigError(f"{self._root}: no model is active; see `alphastrike models promote`")
            name = promoted[-1]
        folders = sorted(path.parent for path in self._root.glob("*/record.json"))
        fitting = [folder for folder in folders if folder.name == name[:_SHORT]]
        fitting = fitting or [folder for folder in folders if folder.name.startswith(name)]
        if len(fitting) != 1:
            known = ", ".join(folder.name for folder in (fitting or folders)) or "none"
            raise ConfigError(
                f"{self._root}: observed model {name!r}, allowed one whose id starts so; there are: {known}"
            )
        return self._entry(fitting[0], promoted)

    def add(self, record: ModelRecord, text: str, reference: bytes) -> Entry:
        """Keep a new model, in shadow. The record's hashes and id are filled in here."""
        record = replace(record, reference_sha256=hashlib.sha256(reference).hexdigest())
        record = replace(record, model_id=model_id(record))
        folder = self._root / record.model_id[:_SHORT]
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / "model.txt", text.encode())
        _replace(folder / "reference.npy", reference)
        _replace(folder / "record.json", record_text(record).encode())
        return self._entry(folder, self._promoted())

    def promote(self, name: str) -> Entry:
        """Let a model vote; `ConfigError` with every reason when its evidence does not allow that."""
        entry = self.find(name)
        faults = entry.record.evidence.faults()
        if entry.record.origin.get("trial_sha256") not in self.trials.known():
            raise ConfigError(
                f"{entry.folder.name} stays in shadow: it is not in the register of what was tried, "
                f"{self._root / 'trials.jsonl'}; train it here, or restore the file"
            )
        if faults:
            raise ConfigError(
                f"{entry.folder.name} stays in shadow, its out-of-sample record does not pass: "
                + "; ".join(faults)
            )
        promoted = self._promoted()
        if not promoted or promoted[-1] != entry.record.model_id:
            self._write([*promoted, entry.record.model_id])
        return self.find(entry.record.model_id)

    def rollback(self) -> Entry | None:
        """Take the active model's vote away and give it back to the one before, if there was one."""
        promoted = self._promoted()
        if not promoted:
            raise ConfigError(f"{self._root}: no model is active; there is nothing to roll back")
        self._write(promoted[:-1], retired=promoted[-1])
        return self.find(ACTIVE) if promoted[:-1] else None

    def _entry(self, folder: Path, promoted: list[str]) -> Entry:
        record = read_record(folder / "record.json")
        if folder.name != record.model_id[:_SHORT]:
            raise ConfigError(f"{folder}: holds model {record.model_id[:_SHORT]}; give it its name back")
        if promoted and promoted[-1] == record.model_id:
            return Entry(record, folder, ACTIVE)
        was = record.model_id in promoted or record.model_id in self._state().get("retired", [])
        return Entry(record, folder, "retired" if was else "shadow")

    def _promoted(self) -> list[str]:
        return list(self._state().get("promoted", []))

    def _state(self) -> dict[str, list[str]]:
        path = self._root / _STATE
        if not path.is_file():
            return {}
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"{path}: not readable ({error}); restore it, or promote anew") from None
        lists = [state.get(key, []) for key in ("promoted", "retired")] if isinstance(state, dict) else [0]
        if not all(isinstance(ids, list) and all(isinstance(name, str) for name in ids) for ids in lists):
            raise ConfigError(f"{path}: observed {state!r:.80}, allowed lists of model ids")
        return dict(state)

    def _write(self, promoted: list[str], retired: str | None = None) -> None:
        state = self._state()
        gone = [*state.get("retired", []), *([retired] if retired else [])]
        text = json.dumps({"promoted": promoted, "retired": gone}, indent=2) + "\n"
        self._root.mkdir(parents=True, exist_ok=True)
        _replace(self._root / _STATE, text.encode())


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
