"""A configuration frozen for the record: as a file to run again, and as one number."""

import hashlib
import json
from pathlib import Path

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.toml_text import to_toml
from alphastrike.domain.errors import ConfigError


def config_toml(config: AlphaStrikeConfig) -> str:
    """Every value in force, as a file that repeats the run; where its files went is left out."""
    return to_toml(config.model_dump(mode="json", exclude={"output"}))


def config_fingerprint(config: AlphaStrikeConfig) -> str:
    """SHA-256 (hex) of all in the configuration that decides a run's result.

    Where data lie and results go is left out; a file that a setting names (a strategy, a model,
    margin tiers) counts by its content. What the data contain has a hash of its own.
    """
    tables = config.model_dump(
        mode="json", exclude={"output": True, "paper": True, "data": {"path", "funding", "verify"}}
    )
    named = {
        "strategy.file": config.strategy.file,
        "ml.model_path": config.ml.model_path,
        "venue.margin_tiers": config.venue.margin_tiers,
    }
    for key, path in named.items():
        section, name = key.split(".")
        tables[section][name] = None if path is None else _content_hash(key, Path(path))
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def _content_hash(key: str, path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigError(
            f"{key}: {path} cannot be read: {error.strerror}; allowed: a file that exists"
        ) from error
