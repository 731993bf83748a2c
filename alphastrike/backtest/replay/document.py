"""A replay as one JSON document; console and page are made from it."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.episodes import episodes_of
from alphastrike.backtest.replay.groups import compared, usable
from alphastrike.backtest.replay.outcomes import BranchRun, Case, DecisionReplay, Measured
from alphastrike.backtest.replay.scorecard import scorecard
from alphastrike.domain.counterfactuals import NO_ACTION, RECORDED

Row = dict[str, Any]
SCHEMA_VERSION = 1
CAVEATS = (
    "no market impact: every branch trades on the same prices, which is least true in the crashes in which "
    "a breaker fires",
    "path dependence: a branch parts from the run for good; `decision` asks about one answer alone, `policy` "
    "about going on in its manner",
    "regression to the mean: after losses things get better on average whatever was done; only the "
    "difference to no_action on the same market counts",
    "hindsight: the best branch is chosen after the fact, so regret is never negative and luck looks like "
    "skill",
    "intervals: over few episodes of very skewed gains they hold the truth less often than they say",
    "a breaker is insurance: its mean may rightly be a little negative, so read the tails beside the mean",
)


def document(
    decisions: Sequence[DecisionReplay], estimands: Sequence[str], horizon_ms: int, settings: ReplayConfig
) -> Row:
    """All that is known of the replayed decisions, with numbers that are not finite as null."""
    counted = usable(decisions)
    comparisons = [compared(decisions, Case(name, horizon_ms), settings) for name in estimands]
    episodes = episodes_of(decisions, horizon_ms)
    scores = scorecard(decisions, Case(estimands[0], horizon_ms), settings)
    found = {
        "schema_version": SCHEMA_VERSION,
        "runs": sorted({one.run_id for one in decisions}),
        "horizon_ms": horizon_ms,
        "settings": settings.model_dump(mode="json"),
        "decisions": len(decisions),
        "judged": len(counted),
        "unfaithful": sum(one.unfaithful is not None for one in decisions),
        "cut_short": sum(not one.is_whole for one in decisions),
        "replays": sum(one.replays for one in decisions),
        "comparisons": {
            each.case.estimand: {
                "episodes": each.episodes,
                "best_is_chance": each.best_is_chance,
                "groups": [asdict(group) for group in each.groups],
            }
            for each in comparisons
        },
        "scorecard": [asdict(score) for score in scores],
        "caveats": list(CAVEATS),
        "interventions": [
            _decision(one, episode, estimands, horizon_ms)
            for one, episode in zip(decisions, episodes, strict=True)
        ],
    }
    plain: Row = _finite(found)
    return plain


def _decision(one: DecisionReplay, episode: str, estimands: Sequence[str], horizon_ms: int) -> Row:
    return {
        "run_id": one.run_id,
        "review_id": one.review_id,
        "intervention_ids": [call["intervention_id"] for call in one.calls if call["intervention_id"]],
        "ts_ms": one.ts_ms,
        "triggers": one.triggers,
        "source": one.review["source"],
        "episode": episode,
        "unfaithful": one.unfaithful,
        "is_whole": one.is_whole,
        "estimands": {name: _standing(one, Case(name, horizon_ms)) for name in estimands},
        "branches": [_branch(one, run, estimands, horizon_ms) for run in one.branches],
    }


def _standing(one: DecisionReplay, case: Case) -> Row:
    """How what was done stands among the branches: its gain over no_action, the best, and the regret."""
    done, nothing = one.result_of(RECORDED, case), one.result_of(NO_ACTION, case)
    best = max(one.branches, key=lambda run: run.results[case].equity_change)
    return {
        "gain": done.equity_change - nothing.equity_change,
        "best": best.branch.name,
        "regret": best.results[case].equity_change - done.equity_change,
    }


def _branch(one: DecisionReplay, run: BranchRun, estimands: Sequence[str], horizon_ms: int) -> Row:
    return {
        "branch": run.branch.name,
        "kind": run.branch.kind,
        "calls": [{"tool": tool, "arguments": arguments} for tool, arguments in run.branch.calls],
        "verdicts": list(run.verdicts),
        "unrecorded": run.unrecorded,
        "results": {
            name: _result(run.results[case], one.result_of(NO_ACTION, case))
            for name in estimands
            for case in [Case(name, horizon_ms)]
        },
    }


def _result(found: Measured, nothing: Measured) -> Row:
    return {**asdict(found), "gain": found.equity_change - nothing.equity_change}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
