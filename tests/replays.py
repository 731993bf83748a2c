"""Runs to be forked, on markets in memory."""

from dataclasses import replace
from typing import Any

from alphastrike.adapters.simulated.instruments import instruments_of
from alphastrike.app.assembly import market_stages
from alphastrike.app.circuit_rows import intervention_rows, review_rows
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.listed import Listed
from alphastrike.app.replay.decision import Plan
from alphastrike.app.replay.source import Source
from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.control import path_of
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.engine.pipeline import MarketStages
from tests.runs import finished

ALL = ("recorded", "no_action", "rules", "placebo", "grid")


def a_source(
    config: AlphaStrikeConfig,
    history: CandleHistory,
    funding: FundingHistory,
    strategy: object | None = None,
    run_id: str = "run",
) -> Source:
    """A finished run, ready to be forked."""
    recording, run = finished(config, history, funding, strategy=strategy)

    def open_stages() -> MarketStages:
        stages = market_stages(config, history)
        return stages if strategy is None else replace(stages, strategy=strategy)

    instruments = instruments_of(history, config.venue)
    return Source(
        run_id=run_id,
        config=config,
        listed=Listed(history, funding, instruments),
        open_stages=open_stages,
        reviews=review_rows(run.circuit),
        calls=intervention_rows(run.circuit),
        path=path_of(recording.joined("equity"), recording.joined("fills"), instruments),
    )


def a_plan(hours: float = 48, kinds: tuple[str, ...] = ALL, **settings: Any) -> Plan:
    """A plan with one horizon and its half."""
    horizon_ms = int(hours * HOUR_MS)
    chosen = ReplayConfig(horizon_hours=hours, **settings)
    return Plan(chosen, kinds, horizon_ms, (horizon_ms // 2, horizon_ms))
