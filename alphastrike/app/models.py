"""The model of a run: found in the registry, checked, and put into its slot."""

from pathlib import Path

from alphastrike.app.discovery import available
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.plugins import Model
from alphastrike.ml.config import MlConfig
from alphastrike.ml.no_model import NoModel
from alphastrike.ml.registry import ACTIVE, Entry, Registry
from alphastrike.validation.profiles import Profiles, profiles_from


def registry_of(config: MlConfig) -> Registry:
    """The registry the configuration names."""
    return Registry(Path(config.registry))


def chosen_model(config: MlConfig) -> Entry | None:
    """The model the configuration names, None when it names none."""
    return None if config.model is None else registry_of(config).find(config.model)


def model_slot(config: MlConfig, symbols: tuple[str, ...], interval_ms: int) -> tuple[Model, Profiles | None]:
    """Stage 5, and the references its features must be judged by once it votes.

    A model that is not active says what it would say and is not heard; it changes nothing else.
    """
    entry = chosen_model(config)
    if entry is None:
        return NoModel(), None
    from alphastrike.ml.lightgbm_model import LightGBMModel, Terms  # noqa: PLC0415 - only a model pays
    from alphastrike.ml.loading import load_reference, load_trees  # noqa: PLC0415 - the same

    record = entry.record
    if record.interval_ms != interval_ms:
        raise ConfigError(
            f"ml.model: {entry.folder.name} was trained on candles of {record.interval_ms} ms, "
            f"observed {interval_ms} ms; use those candles, or train one on these"
        )
    specs = {name: load().spec for name, load in available("features").items()}
    trees = load_trees(entry, specs)
    profiles = profiles_from(load_reference(entry), record.features, record.symbols)
    votes = entry.status == ACTIVE
    terms = Terms(record.calibration, votes, record.learnt_until_ms, config.max_silent_bars)
    model = LightGBMModel(trees, record.features, len(symbols), terms)
    return model, profiles if votes else None
