"""From the registry into the slot: everything about a model is checked before it may say anything."""

import hashlib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.plugins import FeatureSpec
from alphastrike.ml.kernel_trees import Trees
from alphastrike.ml.record import ModelRecord, model_sha256, schema_sha256
from alphastrike.ml.registry import Entry
from alphastrike.ml.trees import read_trees


def load_trees(entry: Entry, specs: Mapping[str, FeatureSpec]) -> Trees:
    """The model's trees, checked against its record and the features that exist.

    `ConfigError` when anything disagrees: a model fed with other numbers than it learned from is
    worse than none.
    """
    path = entry.folder / "model.txt"
    text = _content(path).decode("utf-8", errors="replace")
    check_schema(entry.record, specs)
    if model_sha256(text) != entry.record.model_sha256:
        raise ConfigError(f"{path}: not the file its record describes; train the model again")
    return read_trees(path, text, entry.record.features)


def load_reference(entry: Entry) -> bytes:
    """The reference profile kept with the model; without it no model may be used."""
    path = entry.folder / "reference.npy"
    content = _content(path)
    if hashlib.sha256(content).hexdigest() != entry.record.reference_sha256:
        raise ConfigError(f"{path}: not the reference its record describes; train the model again")
    return content


def lightgbm_library() -> Any:
    """The library, imported only when one is trained; `ConfigError` when it is not installed."""
    try:
        return import_module("lightgbm")
    except ImportError:
        raise ConfigError("the package lightgbm is not installed; install alphastrike[ml]") from None


def check_schema(record: ModelRecord, specs: Mapping[str, FeatureSpec]) -> None:
    """`ConfigError` unless the features a model reads exist here as it knew them."""
    missing = [name for name in record.features if name not in specs]
    short = record.model_id[:12]
    if missing:
        raise ConfigError(
            f"ml.model: {short} needs features that do not exist here: {', '.join(missing)}; "
            f"allowed: {', '.join(sorted(specs))}"
        )
    observed = schema_sha256([specs[name] for name in record.features])
    if observed != record.schema_sha256:
        raise ConfigError(
            f"ml.model: {short} was trained on other definitions of its features: schema observed "
            f"{observed[:12]}, allowed {record.schema_sha256[:12]}; train it again"
        )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise ConfigError(f"{path}: not there; allowed: a model that `alphastrike train` made") from None
