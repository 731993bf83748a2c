"""From candles to a model in the registry: features, labels, evidence, record."""

from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.discovery import available, chosen
from alphastrike.app.inputs import Inputs, load_inputs
from alphastrike.app.models import registry_of
from alphastrike.domain.blocks import CandleHistory, FeatureBlock
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.plugins import FeatureSpec, Monitor
from alphastrike.features.feature_set import FeatureSet
from alphastrike.gateway.candle_gateway import CandleGateway
from alphastrike.ml.lessons import lessons_from
from alphastrike.ml.record import VERSION, ModelRecord, model_sha256, schema_sha256
from alphastrike.ml.registry import Entry
from alphastrike.ml.training import Progress, Trained, train, windows_of
from alphastrike.ml.trials import Trial
from alphastrike.validation.profiles import learn_profiles, profile_bytes

_LEAST_SHARE = 0.9  # of a symbol's usable bars on which a feature must speak to be learnt from


def train_model(config: AlphaStrikeConfig, progress: Progress) -> Entry:
    """Train on the configured candles and keep the model, in shadow."""
    inputs = load_inputs(config)
    block = training_features(config, inputs.history)
    settings = config.ml.training
    registry = registry_of(config.ml)
    parent = None if settings.without_weak_of is None else registry.find(settings.without_weak_of)
    names = without_weak(learnable(block, settings.features), parent)
    trial = _trial(config, inputs, names)
    tried = registry.trials.note(trial)  # before it is made: what fails or is thrown away was tried as well
    history = inputs.history
    values = block.values[[block.names.index(name) for name in names]]
    lessons = lessons_from(history, names, values, settings)
    windows = windows_of(settings, history.interval_ms)
    bars = history.open_time_ms.size
    made = train(lessons, bars, windows, settings, progress)
    profiles = learn_profiles(_from_bar(block, made.fold.train.start), names, config.validation)
    specs = {name: plugin.spec for name, plugin in chosen("features", names, "features").items()}
    origin: dict[str, str | int | float] = {
        **trial.content,
        "trial_sha256": trial.sha256,
        "models_tried": tried,
    }
    record = _record(inputs, made, [specs[name] for name in names], origin)
    record = replace(record, parent=None if parent is None else parent.record.model_id)
    return registry.add(record, made.text, profile_bytes(profiles))


def training_features(config: AlphaStrikeConfig, history: CandleHistory) -> FeatureBlock:
    """Every feature a model may learn from, on the bars the gateway lets through."""
    wanted = config.ml.training.features or available("features")
    found = chosen("features", wanted, "ml.training.features").values()
    stationary = tuple(plugin for plugin in found if plugin.spec.monitor is Monitor.DISTRIBUTION)
    features = FeatureSet(stationary, history.symbols, history.interval_ms, ())
    gateway = CandleGateway(history.symbols, history.interval_ms, features.lookback_bars, config.gateway)
    return features.advance(gateway.advance(history.block(0, history.open_time_ms.size)))


def learnable(block: FeatureBlock, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Features that speak on most usable bars of every symbol; `DataError` when one asked for does not."""
    usable = np.isfinite(block.market.close)
    share = (np.isfinite(block.values) & usable).sum(axis=2) / np.maximum(usable.sum(axis=1), 1)
    lowest = share.min(axis=1)
    silent = [name for name, part in zip(block.names, lowest, strict=True) if part < _LEAST_SHARE]
    missing = sorted((set(asked) & set(silent)) | (set(asked) - set(block.names)))
    if missing:
        raise DataError(
            f"ml.training.features: {', '.join(missing)}: not stationary, or silent on more than "
            f"{1 - _LEAST_SHARE:.0%} of some symbol's bars; leave it out, or bring its inputs"
        )
    kept = tuple(name for name in block.names if name not in silent)
    if not kept:
        raise DataError("training: no feature speaks on enough bars of every symbol; use a longer history")
    return kept


def without_weak(names: tuple[str, ...], parent: Entry | None) -> tuple[str, ...]:
    """The features the parent's recipe used more than noise, and those it did not know."""
    if parent is None:
        return names
    record = parent.record
    if record.importance is None:
        raise ConfigError(
            f"ml.training.without_weak_of: {parent.folder.name} has no importance on record, allowed a model "
            "with a tested fold; train it again on a longer history"
        )
    weak = {name for name, less in zip(record.features, record.importance.weak(), strict=True) if less}
    kept = tuple(name for name in names if name not in weak)
    if not kept:
        raise ConfigError(
            f"ml.training.without_weak_of: none of the {len(names)} features was worth more than noise to "
            f"{parent.folder.name}; there is nothing to learn from"
        )
    return kept


def _trial(config: AlphaStrikeConfig, inputs: Inputs, names: tuple[str, ...]) -> Trial:
    """Everything that decides which model comes of it."""
    settings = config.ml.training.model_dump(mode="json", exclude={"features", "without_weak_of"})
    libraries = {f"library_{name}": version(name) for name in ("lightgbm", "numpy", "alphastrike")}
    return Trial({**settings, **libraries, "data_sha256": inputs.content_hash}, names)


def _record(
    inputs: Inputs, made: Trained, specs: list[FeatureSpec], origin: dict[str, str | int | float]
) -> ModelRecord:
    history = inputs.history
    return ModelRecord(
        version=VERSION,
        model_id="",
        parent=None,
        features=tuple(spec.name for spec in specs),
        symbols=history.symbols,
        interval_ms=history.interval_ms,
        schema_sha256=schema_sha256(specs),
        model_sha256=model_sha256(made.text),
        reference_sha256="",
        learnt_from_ms=int(history.open_time_ms[made.fold.train.start]),
        learnt_until_ms=int(history.open_time_ms[-1]) + history.interval_ms,
        rows=made.rows,
        calibration=made.calibration,
        evidence=made.evidence,
        gain=made.gain,
        origin=origin,
        importance=made.importance,
    )


def _from_bar(block: FeatureBlock, start: int) -> FeatureBlock:
    values: NDArray[Any] = block.values[:, :, start:]
    market = block.market
    cut = CandleHistory(
        market.symbols,
        market.interval_ms,
        market.open_time_ms,
        market.open,
        market.high,
        market.low,
        market.close,
        market.volume,
        market.taker_buy_volume,
    ).block(start, market.open_time_ms.size)
    return FeatureBlock(cut, block.names, values, cut.halts)
