"""What a model file was trained on, kept beside it so that nothing else can be fed to it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.plugins import FeatureSpec

_VERSION = 1
# What follows are training settings such as the number of threads: they do not change a prediction.
_SETTINGS_MARK = "\nparameters:"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`features` in the order of the model's columns; both hashes are SHA-256 in hex."""

    features: tuple[str, ...]
    schema_sha256: str
    model_sha256: str


def manifest_path(model_path: Path) -> Path:
    """Where the manifest of a model file lies: `model.txt` has `model.txt.json`."""
    return model_path.with_name(model_path.name + ".json")


def schema_sha256(specs: Sequence[FeatureSpec]) -> str:
    """Hash of the features' declarations in order: name, unit, look-back and inputs."""
    rows = [[spec.name, spec.unit, repr(float(spec.lookback_hours)), *spec.inputs] for spec in specs]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=True).encode()).hexdigest()


def model_sha256(text: str) -> str:
    """Hash of the part of a LightGBM model text that decides its predictions."""
    return hashlib.sha256(text.partition(_SETTINGS_MARK)[0].encode()).hexdigest()


def write_manifest(model_path: Path, specs: Sequence[FeatureSpec]) -> Manifest:
    """Write the manifest of a saved model trained on these features, in this order."""
    manifest = Manifest(
        features=tuple(spec.name for spec in specs),
        schema_sha256=schema_sha256(specs),
        model_sha256=model_sha256(model_path.read_text(encoding="utf-8")),
    )
    document = {
        "version": _VERSION,
        "features": list(manifest.features),
        "schema_sha256": manifest.schema_sha256,
        "model_sha256": manifest.model_sha256,
    }
    manifest_path(model_path).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return manifest


def read_manifest(model_path: Path) -> Manifest:
    """The manifest beside a model file; `ConfigError` when it is missing or not one."""
    path = manifest_path(model_path)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"ml.model_path: {path} is missing; allowed: a model saved together with its manifest"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not a manifest ({error}); save the model again") from None
    return _parsed(path, document)


def _parsed(path: Path, document: object) -> Manifest:
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        observed = document.get("version") if isinstance(document, dict) else type(document).__name__
        raise ConfigError(f"{path}: observed version {observed}, allowed {_VERSION}; save the model again")
    features = document.get("features")
    hashes = [document.get("schema_sha256"), document.get("model_sha256")]
    if not isinstance(features, list) or not features or not all(isinstance(name, str) for name in features):
        raise ConfigError(f"{path}: features: observed {features!r}, allowed a list of names")
    if not all(isinstance(value, str) for value in hashes):
        raise ConfigError(f"{path}: schema_sha256 and model_sha256 must both be text; save the model again")
    return Manifest(features=tuple(features), schema_sha256=str(hashes[0]), model_sha256=str(hashes[1]))
