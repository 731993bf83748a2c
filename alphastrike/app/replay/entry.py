"""`alphastrike replay RUN...`: what is asked, checked, and the answer to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from alphastrike.app.config_keys import unknown
from alphastrike.app.replay.branches import KINDS
from alphastrike.app.replay.decision import Plan
from alphastrike.app.replay.labelling import label_traces
from alphastrike.app.replay.run import Progress, replay_run
from alphastrike.app.replay.source import source_of
from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.document import document
from alphastrike.backtest.replay.outcomes import DECISION, POLICY, DecisionReplay
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.traces.config import TracesConfig

_ESTIMANDS = {DECISION: (DECISION,), POLICY: (POLICY,), "both": (DECISION, POLICY)}


@dataclass(frozen=True, slots=True)
class Request:
    """What a replay is asked for: `chosen` ids of interventions or reviews, none for all.

    `labelled` is the trace store that outcomes are written to, None for none.
    """

    plan: Plan
    chosen: tuple[str, ...] = ()
    labelled: TracesConfig | None = None


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


def with_labels(request: Request, store: TracesConfig) -> Request:
    """The request with all a label needs: half and twice the horizon, and twice the costs."""
    plan = request.plan
    if DECISION not in plan.estimands:
        raise ConfigError("--label: observed with --estimand policy, allowed with decision or both")
    length = plan.horizon_ms
    asked = replace(plan, horizons_ms=(length // 2, length, 2 * length), costs=(1.0, 2.0))
    return replace(request, plan=asked, labelled=store)


def replay_folders(
    places: Sequence[Path],
    request: Request,
    say: Callable[[str], None],
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> tuple[list[DecisionReplay], dict[str, Any]]:
    """Replay the runs of these folders; the decisions in order, and the document about them all.

    `say` is told how many traces were labelled.
    """
    found: list[DecisionReplay] = []
    for place in places:
        source = source_of(place)
        if not source.reviews:
            raise ConfigError(
                f"{place}: observed no review; allowed: a run in which the circuit breaker woke (--llm)"
            )
        mine = list(replay_run(source, request.plan, request.chosen, jobs=jobs, progress=progress))
        if request.labelled is not None:
            count = label_traces(request.labelled, source, mine, request.plan)
            say(f"{place}: {count} traces labelled, of {len(mine)} reviews replayed")
        found += mine
    plan = request.plan
    return found, document(found, plan.estimands, plan.horizon_ms, plan.settings)
