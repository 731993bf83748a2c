"""`replay JOURNAL --verify`: a fresh engine on the journal's own events must answer the same bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_text import frozen_config
from alphastrike.app.kept_market import market_of
from alphastrike.app.modes import MODES, PAPER
from alphastrike.app.paper import open_paper
from alphastrike.app.paper_session import END, HEADER
from alphastrike.app.risk_start import RiskStart
from alphastrike.domain.errors import DataError
from alphastrike.live.driver import STEP
from alphastrike.live.journal import read_journal
from alphastrike.live.retracing import Retracer


@dataclass(frozen=True, slots=True)
class Verified:
    """What was held against the journal: every event, and every command the engine answered with."""

    run_id: str
    events: int
    commands: int
    is_finished: bool


def verify_journal(path: Path) -> Verified:
    """Rebuild the engine from the journal's header and let it handle every event again.

    `DataError` names the first line whose outcomes or commands differ.
    """
    records = read_journal(path)
    header = next(records, None)
    if header is None or header.kind != HEADER:
        raise DataError(f"{path}: begins with no header; allowed: a journal that paper or live trading wrote")
    config = config_of(path, header.data)
    start = RiskStart.parsed(str(header.data.get("risk_start", "")))
    mode = MODES[str(header.data.get("mode", PAPER.name))]
    run = open_paper(config, market_of(config, path, header.data), start, mode)
    if run.header != header.data:
        name = next(key for key in run.header if header.data.get(key) != run.header[key])
        raise DataError(
            f"{path}: {name}: observed {run.header[name]!r}, journaled {header.data.get(name)!r}; "
            "allowed: the version and the data it was written with"
        )
    events = commands = 0
    is_finished = False
    retracer = Retracer(run.engine)
    for record in records:
        if record.kind == END:
            is_finished = True
            continue
        retracer.retrace(record)
        if record.kind == STEP:
            events += 1
            commands += len(record.data["commands"])
    return Verified(str(header.data["run_id"]), events, commands, is_finished)


def config_of(path: Path, header: Mapping[str, Any]) -> AlphaStrikeConfig:
    """The configuration a journal was written with."""
    return frozen_config(str(header.get("config_toml", "")), str(path), "a journal of this version")
