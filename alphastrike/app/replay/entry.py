"""`alphastrike replay RUN...`: what is asked, checked, and the answer to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphastrike.app.config_keys import unknown
from alphastrike.app.replay.branches import KINDS
from alphastrike.app.replay.decision import Plan
from alphastrike.app.replay.run import Progress, replay_run
from alphastrike.app.replay.source import source_of
from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.document import document
from alphastrike.backtest.replay.outcomes import DECISION, POLICY, DecisionReplay
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import HOUR_MS

_ESTIMANDS = {DECISION: (DECISION,), POLICY: (POLICY,), "both": (DECISION, POLICY)}


@dataclass(frozen=True, slots=True)
class Request:
    """What a replay is asked for: `chosen` ids of interventions or reviews, none for all."""

    plan: Plan
    chosen: tuple[str, ...] = ()


def request_of(
    settings: ReplayConfig,
    chosen: Sequence[str],
    kinds: Sequence[str],
    horizon_ms: int | None,
    estimand: str,
) -> Request:
    """The request of a command line; `ConfigError` for names there are not."""
    for kind in kinds:
        if kind not in KINDS:
            raise ConfigError(f"--branches: {unknown(kind, list(KINDS))}")
    if estimand not in _ESTIMANDS:
        raise ConfigError(f"--estimand: {unknown(estimand, list(_ESTIMANDS))}")
    length = horizon_ms or int(settings.horizon_hours * HOUR_MS)
    plan = Plan(settings, tuple(kinds) or KINDS, length, (length // 2, length), _ESTIMANDS[estimand])
    return Request(plan, tuple(chosen))


def replay_folders(
    places: Sequence[Path], request: Request, *, jobs: int = 1, progress: Progress | None = None
) -> tuple[list[DecisionReplay], dict[str, Any]]:
    """Replay the runs of these folders; the decisions in order, and the document about them all."""
    found: list[DecisionReplay] = []
    for place in places:
        source = source_of(place)
        if not source.reviews:
            raise ConfigError(
                f"{place}: observed no review; allowed: a run in which the circuit breaker woke (--llm)"
            )
        found += replay_run(source, request.plan, request.chosen, jobs=jobs, progress=progress)
    plan = request.plan
    return found, document(found, plan.estimands, plan.horizon_ms, plan.settings)
