"""A finished run made ready to be forked: its own configuration, its own market, and the path it took."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphastrike.adapters.simulated.instruments import instruments_of
from alphastrike.app.assembly import market_stages, with_series_of
from alphastrike.app.backtest import provenance_of
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_text import config_fingerprint, frozen_config
from alphastrike.app.kept_market import market_of
from alphastrike.app.listed import Listed
from alphastrike.app.replay.places import with_places
from alphastrike.app.seeding import load_seeded
from alphastrike.app.venue_funding import KnownFunding
from alphastrike.backtest.artifacts import JOURNAL
from alphastrike.backtest.replay.folder import RecordedPath, Row, RunFolder, read_run
from alphastrike.domain.errors import DataError
from alphastrike.engine.pipeline import MarketStages
from alphastrike.live.driver import heard_in
from alphastrike.live.journal import read_journal
from alphastrike.live.past import followed_by, history_of
from alphastrike.marketdata.fingerprint import candles_hash


@dataclass(frozen=True, slots=True)
class Source:
    """Everything a replay needs of one run.

    `reviews` and `calls` are rows of its files. `open_stages` gives stages 2 to 6 as they were before the
    first bar, afresh for every pass over the history.
    """

    run_id: str
    config: AlphaStrikeConfig
    listed: Listed
    open_stages: Callable[[], MarketStages]
    reviews: tuple[Row, ...]
    calls: tuple[Row, ...]
    path: RecordedPath


def source_of(place: Path) -> Source:
    """The run of a folder on its own market; `DataError` when data or software are not what they were."""
    folder = read_run(place)
    if (place / JOURNAL).is_file():
        return _heard(folder)
    config = frozen_config(folder.config_toml, str(place / "config.toml"), "a run of this version")
    config = with_places(config, place)
    seeded = load_seeded(config)
    found, recorded = provenance_of(config, seeded.inputs), folder.summary
    _must_agree(place, "data_hash", found.data_hash, recorded, "the candles and rates the run read")
    _must_agree(
        place, "config_hash", found.config_hash, recorded, "the files and version it was written with"
    )

    def open_stages() -> MarketStages:
        stages = market_stages(seeded.config, seeded.inputs.history)
        seeded.gather(stages)
        return stages

    history = with_series_of(market_stages(seeded.config, seeded.inputs.history), seeded.inputs.history)
    return Source(
        run_id=str(recorded["run_id"]),
        config=seeded.config,
        listed=Listed(history, seeded.inputs.funding, instruments_of(history, config.venue)),
        open_stages=open_stages,
        reviews=folder.reviews,
        calls=folder.calls,
        path=folder.path,
    )


def _heard(folder: RunFolder) -> Source:
    """A run that heard its market close by close: the past it began with, and the closes of its journal."""
    path = folder.place / JOURNAL
    header, *records = read_journal(path)
    config = frozen_config(folder.config_toml, str(folder.place / "config.toml"), "a run of this version")
    market = market_of(config, path, header.data)
    symbols, interval_ms = market.past.symbols, market.past.interval_ms
    heard = heard_in(records)
    lived = history_of([one.candles for one in heard], symbols, interval_ms)
    funding = KnownFunding.of(market.funding)
    for one in heard:
        # The account paid when it heard of it, and no earlier.
        funding.take(one.funding, not_before_ms=one.candles.open_time_ms)
    place, told = folder.place, folder.summary
    _must_agree(place, "data_hash", candles_hash(market.past), told, "the market the run began with")
    _must_agree(
        place, "config_hash", config_fingerprint(config), told, "the files and version it was written with"
    )

    def open_stages() -> MarketStages:
        return market_stages(config, whole)

    whole = followed_by(market.past, lived)
    whole = with_series_of(market_stages(config, whole), whole)
    instruments = market.instruments or instruments_of(market.past, config.venue)
    return Source(
        run_id=str(folder.summary["run_id"]),
        config=config,
        listed=Listed(whole, funding.history(), instruments),
        open_stages=open_stages,
        reviews=folder.reviews,
        calls=folder.calls,
        path=folder.path,
    )


def _must_agree(place: Path, name: str, found: str, recorded: dict[str, Any], allowed: str) -> None:
    if recorded.get(name) != found:
        raise DataError(
            f"{place}: {name}: observed {found[:12]}, recorded {str(recorded.get(name))[:12]}; "
            f"allowed: {allowed}"
        )
