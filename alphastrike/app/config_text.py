"""A configuration frozen for the record: as a file to run again, and as one number."""

import hashlib
import json
import tomllib
from pathlib import Path

from pydantic import ValidationError

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.models import chosen_model
from alphastrike.app.toml_text import to_toml
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.llm.prompt import ROLES


def config_toml(config: AlphaStrikeConfig) -> str:
    """Every value in force, as a file that repeats the run; where its files went is left out."""
    return to_toml(config.model_dump(mode="json", exclude={"output"}))


def frozen_config(text: str, place: str, allowed: str) -> AlphaStrikeConfig:
    """The configuration a record carries; `DataError` when this version cannot use it."""
    try:
        return AlphaStrikeConfig.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        why = str(error).splitlines()[0]
        raise DataError(
            f"{place}: its configuration cannot be used here ({why}); allowed: {allowed}"
        ) from None


def config_fingerprint(config: AlphaStrikeConfig) -> str:
    """SHA-256 (hex) of all in the configuration that decides a run's result.

    Where data lie and results go is left out; a file that a setting names (a strategy, margin tiers, a
    prompt) counts by its content, and a model by its id. What the data contain has a hash of its own.
    """
    tables = config.model_dump(
        mode="json",
        exclude={
            "output": True,
            "paper": True,
            "replay": True,
            "traces": True,
            "data": {"path", "funding", "series", "verify"},
        },
    )
    named = {
        "strategy.file": config.strategy.file,
        "venue.margin_tiers": config.venue.margin_tiers,
        **({} if config.llm.prompt in ROLES else {"llm.prompt": config.llm.prompt}),
    }
    for key, path in named.items():
        section, name = key.split(".")
        tables[section][name] = None if path is None else _content_hash(key, Path(path))
    model = chosen_model(config.ml)
    tables["ml"] = None if model is None else [model.record.model_id, model.status, config.ml.max_silent_bars]
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def _content_hash(key: str, path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigError(
            f"{key}: {path} cannot be read: {error.strerror}; allowed: a file that exists"
        ) from error
