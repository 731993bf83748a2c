"""What a replay found becomes the label of the traces it was about; the capture itself stays as it is."""

import hashlib
import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict

from pydantic import ValidationError

from alphastrike import __version__
from alphastrike.app.replay.decision import Plan
from alphastrike.app.replay.source import Source
from alphastrike.app.trace_store import open_store
from alphastrike.backtest.replay.episodes import episodes_of
from alphastrike.backtest.replay.outcomes import DECISION, PLACEBO, BranchRun, Case, DecisionReplay
from alphastrike.domain.counterfactuals import BranchCall, BranchResult, ReplayCase, ReplayOutcome
from alphastrike.traces.config import TracesConfig


def replay_version(plan: Plan) -> str:
    """SHA-256 (hex) of what decides a label: the settings, horizons, costs, branches and the software."""
    said = {
        "settings": plan.settings.model_dump(mode="json"),
        "horizon_ms": plan.horizon_ms,
        "horizons_ms": plan.horizons_ms,
        "costs": plan.costs,
        "kinds": plan.kinds,
        "software": __version__,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def outcome_of(one: DecisionReplay, plan: Plan) -> ReplayOutcome:
    """The label: this decision alone, at every horizon the data reach and at every cost."""
    horizons = [horizon for horizon in plan.horizons_ms if horizon <= one.seen_ms]
    cases = [Case(DECISION, horizon, costs) for horizon in horizons for costs in plan.costs]
    return ReplayOutcome(
        replay_config=replay_version(plan),
        horizon_ms=plan.horizon_ms,
        is_faithful=one.unfaithful is None and one.is_whole,
        branches={run.branch.name: _calls(run) for run in one.branches},
        cases=tuple(
            ReplayCase(
                horizon_ms=case.horizon_ms,
                costs=case.costs,
                seed=0,  # the simulated venue draws nothing
                results={run.branch.name: _result(run, case) for run in one.branches},
            )
            for case in cases
        ),
        placebo_spread={horizon: _spread(one, Case(DECISION, horizon)) for horizon in horizons},
    )


def label_traces(place: TracesConfig, source: Source, decisions: Sequence[DecisionReplay], plan: Plan) -> int:
    """Label every recording of the decisions in the store; returns how many traces that were.

    A recording of the same run in which something else was answered is not what was replayed.
    """
    store = open_store(place)
    try:
        traces: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
        for row in store.traces(run_id=source.run_id):
            key = (row["review_id"], row["report_sha256"], row["calls"])
            traces.setdefault(key, []).append((row["trace_id"], row["attempt"]))
        count = 0
        for one, episode in zip(decisions, episodes_of(decisions, plan.horizon_ms), strict=True):
            found = traces.get((one.review_id, one.review["report_sha256"], one.review["calls"]), [])
            outcome = outcome_of(one, plan)
            for trace_id, attempt in found:
                plain = outcome.model_dump(mode="json")
                store.label(trace_id, attempt, plain, outcome.replay_config, episode_id=episode)
            count += len(found)
        return count
    finally:
        store.close()


def _calls(run: BranchRun) -> tuple[BranchCall, ...]:
    """The branch's calls, but those whose form no record of a call can carry."""
    calls = []
    for tool, arguments in run.branch.calls:
        try:
            calls.append(BranchCall(tool=tool, arguments=arguments))
        except ValidationError:
            continue
    return tuple(calls)


def _result(run: BranchRun, case: Case) -> BranchResult:
    return BranchResult(**asdict(run.results[case]))


def _spread(one: DecisionReplay, case: Case) -> float | None:
    """Standard deviation of the placebos' utility; None where fewer than two were drawn."""
    drawn = [run.results[case].utility for run in one.branches if run.branch.kind == PLACEBO]
    return statistics.stdev(drawn) if len(drawn) > 1 else None
