"""What is kept of a trained model, so that nothing else can be taken for it or fed to it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.plugins import FeatureSpec
from alphastrike.ml.calibration import Platt
from alphastrike.ml.evidence import Evidence
from alphastrike.ml.importance import Importance
from alphastrike.ml.isotonic import Isotonic

Calibration = Platt | Isotonic

VERSION = 1
# What follows are training settings such as the number of threads: they do not change a prediction.
_SETTINGS_MARK = "\nparameters:"


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """`features` are in the order of the model's columns; hashes are SHA-256 in hex; times UTC ms.

    `learnt_until_ms` is the close of the last bar that training or calibration saw: the model has
    no vote before. `gain` is each feature's share of what the trees gained,
    `importance` what their recipe loses without it, None where no fold could be asked. `origin` says what it
    was made with: settings, data, library versions, how many models were tried.
    """

    version: int
    model_id: str
    parent: str | None
    features: tuple[str, ...]
    symbols: tuple[str, ...]
    interval_ms: int
    schema_sha256: str
    model_sha256: str
    reference_sha256: str
    learnt_from_ms: int
    learnt_until_ms: int
    rows: int
    calibration: Calibration
    evidence: Evidence
    gain: tuple[float, ...]
    origin: dict[str, str | int | float]
    importance: Importance | None = None


_RECORD = TypeAdapter(ModelRecord)


def schema_sha256(specs: Sequence[FeatureSpec]) -> str:
    """Hash of the features' declarations in order: name, unit, look-back and inputs."""
    rows = [[spec.name, spec.unit, repr(float(spec.lookback_hours)), *spec.inputs] for spec in specs]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=True).encode()).hexdigest()


def model_sha256(text: str) -> str:
    """Hash of the part of a LightGBM model text that decides its predictions."""
    return hashlib.sha256(text.partition(_SETTINGS_MARK)[0].encode()).hexdigest()


def model_id(record: ModelRecord) -> str:
    """Hash of all that decides what the model says and what it may be fed."""
    parts = [
        record.model_sha256,
        record.schema_sha256,
        record.reference_sha256,
        asdict(record.calibration),
        [list(record.symbols), record.interval_ms, record.learnt_until_ms],
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def record_text(record: ModelRecord) -> str:
    """The record as JSON."""
    return json.dumps(asdict(record), indent=2) + "\n"


def read_record(path: Path) -> ModelRecord:
    """The record in a file; `ConfigError` when it is missing, broken, or not what its id says."""
    try:
        record = _RECORD.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        raise ConfigError(f"{path}: not there; allowed: a model that `alphastrike train` made") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not a model record ({_first(error)}); train the model again") from None
    if record.version != VERSION:
        raise ConfigError(f"{path}: observed version {record.version}, allowed {VERSION}; train it again")
    if record.model_id != model_id(record):
        raise ConfigError(f"{path}: the record was changed after training; train the model again")
    return record


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        found = error.errors()[0]
        return f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"
    return str(error).partition("\n")[0]
