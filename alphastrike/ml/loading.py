"""From the registry into the slot: everything about a model is checked before it may say anything."""

import hashlib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.plugins import FeatureSpec
from alphastrike.ml.record import ModelRecord, model_sha256, schema_sha256
from alphastrike.ml.registry import Entry


def load_booster(entry: Entry, specs: Mapping[str, FeatureSpec]) -> Any:
    """The model's booster, checked against its record and the features that exist.

    `ConfigError` when anything disagrees: a model fed with other numbers than it learned from is
    worse than none.
    """
    path = entry.folder / "model.txt"
    text = _content(path).decode("utf-8", errors="replace")
    check_schema(entry.record, specs)
    if model_sha256(text) != entry.record.model_sha256:
        raise ConfigError(f"{path}: not the file its record describes; train the model again")
    booster = _booster(path, text)
    observed = tuple(booster.feature_name())
    if observed != entry.record.features or booster.num_model_per_iteration() != 1:
        raise ConfigError(
            f"{path}: observed columns {', '.join(observed)}, allowed those of its record in that order; "
            "train the model again"
        )
    return booster


def load_reference(entry: Entry) -> bytes:
    """The reference profile kept with the model; without it no model may be used."""
    path = entry.folder / "reference.npy"
    content = _content(path)
    if hashlib.sha256(content).hexdigest() != entry.record.reference_sha256:
        raise ConfigError(f"{path}: not the reference its record describes; train the model again")
    return content


def lightgbm_library() -> Any:
    """The library, imported only when a model is used; `ConfigError` when it is not installed."""
    try:
        return import_module("lightgbm")
    except ImportError:
        raise ConfigError(
            "the package lightgbm is not installed; install alphastrike[ml], or unset ml.model"
        ) from None


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


def _booster(path: Path, text: str) -> Any:
    lightgbm = lightgbm_library()
    if not text.startswith("tree"):
        raise ConfigError(f"{path}: not a LightGBM model text file")
    try:
        return lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise ConfigError(f"{path}: not a LightGBM model ({error})") from None
