"""A trained LightGBM model as stage 5."""

import ctypes
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import FeatureBlock, Floats, PredictionBlock
from alphastrike.domain.errors import ConfigError, InvariantBroken
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import FeatureSpec
from alphastrike.ml.manifest import Manifest, model_sha256, read_manifest, schema_sha256

# Above this many rows one batch call is cheaper than single-row calls.
_FEW_ROWS = 16


class LightGBMModel:
    """Probability that the price rises, from a binary model; one thread, a row at a time or in batch.

    A row whose features are all NaN gets no vote (NaN); single missing features are the trees' own
    business. A block without one of the features halts with `SCHEMA_MISMATCH` (observed: how many
    are missing, limit: 0).
    """

    def __init__(self, booster: Any, features: tuple[str, ...]) -> None:
        """`features` in the order of the booster's columns; see `load_model`."""
        self.features = features
        self._booster = booster
        self._row = _SingleRow(booster, len(features))

    def advance(self, features: FeatureBlock) -> PredictionBlock:
        """Predict every bar of the block."""
        shape = features.market.close.shape
        probability = np.full(shape, np.nan)
        missing = sum(name not in features.names for name in self.features)
        if missing:
            features.halts.halt(np.ones(shape, dtype=np.bool_), Code.SCHEMA_MISMATCH, float(missing), 0.0)
            return PredictionBlock(probability_up=probability, halts=features.halts)
        columns = [features.names.index(name) for name in self.features]
        table = features.values[columns].reshape(len(columns), -1)
        known = ~np.isnan(table).all(axis=0)
        rows = np.ascontiguousarray(table[:, known].T)
        probability.reshape(-1)[known] = self._predict(rows)
        return PredictionBlock(probability_up=probability, halts=features.halts)

    def _predict(self, rows: Floats) -> Floats:
        if len(rows) <= _FEW_ROWS:
            return np.array([self._row.predict(row) for row in rows])
        predicted: Floats = self._booster.predict(rows, num_threads=1)
        return predicted


def load_model(path: Path, specs: Mapping[str, FeatureSpec]) -> LightGBMModel:
    """The model file at `path` with its manifest, checked against the features that exist.

    `ConfigError` when anything disagrees: a model fed with other numbers than it learned from
    is worse than none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        raise ConfigError(
            f"ml.model_path: {path} cannot be read; allowed: a LightGBM model text file"
        ) from None
    manifest = read_manifest(path)
    _check_schema(path, manifest, specs)
    if not text.startswith("tree"):
        raise ConfigError(f"ml.model_path: {path} is not a LightGBM model text file")
    if model_sha256(text) != manifest.model_sha256:
        raise ConfigError(
            f"ml.model_path: {path} is not the file its manifest describes; save the model again"
        )
    return LightGBMModel(_booster(path, text, manifest), manifest.features)


def _check_schema(path: Path, manifest: Manifest, specs: Mapping[str, FeatureSpec]) -> None:
    missing = [name for name in manifest.features if name not in specs]
    if missing:
        raise ConfigError(
            f"ml.model_path: {path} needs features that do not exist here: {', '.join(missing)}; "
            f"allowed: {', '.join(sorted(specs))}"
        )
    observed = schema_sha256([specs[name] for name in manifest.features])
    if observed != manifest.schema_sha256:
        raise ConfigError(
            f"ml.model_path: {path} was trained on other definitions of its features: schema observed "
            f"{observed[:12]}, allowed {manifest.schema_sha256[:12]}; train it again"
        )


def _booster(path: Path, text: str, manifest: Manifest) -> Any:
    try:
        lightgbm = import_module("lightgbm")
    except ImportError:
        raise ConfigError(
            "ml.model_path: the package lightgbm is not installed; install alphastrike[ml] or unset it"
        ) from None
    try:
        booster = lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise ConfigError(f"ml.model_path: {path} is not a LightGBM model ({error})") from None
    if booster.num_feature() != len(manifest.features) or booster.num_model_per_iteration() != 1:
        raise ConfigError(
            f"ml.model_path: {path}: observed {booster.num_feature()} columns and "
            f"{booster.num_model_per_iteration()} outputs, allowed {len(manifest.features)} and 1"
        )
    return booster


class _SingleRow:
    """LightGBM's single-row call: a few microseconds where the Python one takes seventy.

    The library's C interface, documented and stable, reached through the handle Python keeps.
    """

    def __init__(self, booster: Any, columns: int) -> None:
        self._booster = booster  # keeps the handle alive
        self._library = import_module("lightgbm").basic._LIB  # noqa: SLF001
        self._config = ctypes.c_void_p()
        self._row = np.empty(columns)
        self._result = ctypes.c_double()
        self._length = ctypes.c_int64()
        self._check(
            self._library.LGBM_BoosterPredictForMatSingleRowFastInit(
                booster._handle,  # noqa: SLF001
                ctypes.c_int(0),  # a probability, not a raw score
                ctypes.c_int(0),  # from the first tree
                ctypes.c_int(-1),  # to the last
                ctypes.c_int(1),  # rows of float64
                ctypes.c_int32(columns),
                ctypes.c_char_p(b"num_threads=1"),
                ctypes.byref(self._config),
            )
        )
        finalize(self, self._library.LGBM_FastConfigFree, self._config)
        self._arguments = (
            self._config,
            self._row.ctypes.data_as(ctypes.c_void_p),
            ctypes.byref(self._length),
            ctypes.byref(self._result),
        )

    def predict(self, row: NDArray[np.float64]) -> float:
        self._row[:] = row
        self._check(self._library.LGBM_BoosterPredictForMatSingleRowFast(*self._arguments))
        return self._result.value

    def _check(self, answer: int) -> None:
        if answer != 0:
            raise InvariantBroken(f"lightgbm: {self._library.LGBM_GetLastError().decode()}")
