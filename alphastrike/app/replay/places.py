"""Files a run named by relative paths, found from wherever its folder is replayed."""

from pathlib import Path

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.llm.prompt import ROLES


def with_places(config: AlphaStrikeConfig, run: Path) -> AlphaStrikeConfig:
    """Relative paths as seen from here or, where nothing is there, from the nearest folder above the run.

    Whether it is what the run read is for the hashes to say.
    """
    data, strategy = config.data, config.strategy
    places = {
        "path": _found(data.path, run),
        "funding": _found(data.funding, run),
        "series": tuple(_found(path, run) for path in data.series),
    }
    tiers = config.venue.margin_tiers
    named = None if tiers is None else str(_found(Path(tiers), run))
    prompt = config.llm.prompt if config.llm.prompt in ROLES else str(_found(Path(config.llm.prompt), run))
    return config.model_copy(
        update={
            "data": data.model_copy(update=places),
            "strategy": strategy.model_copy(update={"file": _found(strategy.file, run)}),
            "venue": config.venue.model_copy(update={"margin_tiers": named}),
            "llm": config.llm.model_copy(update={"prompt": prompt}),
            "ml": config.ml.model_copy(update={"registry": str(_found(Path(config.ml.registry), run))}),
        }
    )


def _found(path: Path | None, run: Path) -> Path | None:
    if path is None or path.is_absolute() or path.exists():
        return path
    above = (folder / path for folder in run.resolve().parents)
    return next((place for place in above if place.exists()), path)
