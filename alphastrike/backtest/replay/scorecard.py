"""The breaker's scorecard: one row for every model and prompt that answered, and for the rule table."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.episodes import episodes_of
from alphastrike.backtest.replay.groups import usable, verdict_of
from alphastrike.backtest.replay.intervals import EpisodeBootstrap, Estimate, means_by_episode
from alphastrike.backtest.replay.outcomes import Case, DecisionReplay
from alphastrike.domain.counterfactuals import NO_ACTION, RECORDED

# Causes on record for an answer that came and could not be used.
UNREADABLE = frozenset({"malformed", "empty", "no_calls", "invalid_calls"})
_TAKEN = ("applied", "clamped")


@dataclass(frozen=True, slots=True)
class Score:
    """What an advisor's answers were worth. Counts are of reviews, but `calls` and what became of them.

    `asked` is who was asked: rules, random, or a model with its digest and prompt version. `fell_back`
    counts reviews the rule table answered in its place. A false alarm is a review that changed
    something, while doing nothing would have ended at or above the equity at the fork. `better_share` is
    of reviews, against doing nothing, with its interval over episodes.
    """

    asked: str
    model: str
    digest: str
    prompt: str
    reviews: int
    intervened: int
    fell_back: int
    unreadable: int
    calls: int
    taken: int
    clamped: int
    no_ops: int
    refused: int
    latency_median_ms: float
    latency_p95_ms: float
    judged: int
    episodes: int
    false_alarms: int
    regret: float | None
    regret_of_no_action: float | None
    gain: Estimate | None
    verdict: str
    better_share: Estimate | None


def scorecard(decisions: Sequence[DecisionReplay], case: Case, settings: ReplayConfig) -> tuple[Score, ...]:
    """One score an advisor, in the order of their names."""
    groups: dict[tuple[str, str, str, str], list[DecisionReplay]] = {}
    for one in decisions:
        groups.setdefault(_asked(one.review), []).append(one)
    return tuple(_score(key, groups[key], case, settings) for key in sorted(groups))


def _asked(review: dict[str, Any]) -> tuple[str, str, str, str]:
    """(advisor, model, digest, prompt); a review the rule table had to answer counts for who failed."""
    details = json.loads(review["details"] or "{}")
    model, digest, prompt = (str(details.get(name) or "") for name in ("model", "digest", "prompt"))
    return str(details.get("asked") or review["source"]), model, digest, prompt


def _score(
    key: tuple[str, str, str, str], decisions: list[DecisionReplay], case: Case, settings: ReplayConfig
) -> Score:
    outcomes = [call["outcome"] for one in decisions for call in one.calls]
    latencies = np.array([float(one.review["latency_ms"]) for one in decisions])
    judged = usable(decisions)
    worth = _worth(judged, case, settings)
    asked, model, digest, prompt = key
    return Score(
        asked=asked,
        model=model,
        digest=digest,
        prompt=prompt,
        reviews=len(decisions),
        intervened=sum(_changed(one) for one in decisions),
        fell_back=sum(bool(one.review["cause"]) for one in decisions),
        unreadable=sum(one.review["cause"] in UNREADABLE for one in decisions),
        calls=len(outcomes),
        taken=sum(outcome in _TAKEN for outcome in outcomes),
        clamped=outcomes.count("clamped"),
        no_ops=outcomes.count("no_op"),
        refused=outcomes.count("refused"),
        latency_median_ms=float(np.median(latencies)),
        latency_p95_ms=float(np.quantile(latencies, 0.95)),
        judged=len(judged),
        **worth,
    )


def _changed(one: DecisionReplay) -> bool:
    return any(call["intervention_id"] for call in one.calls)


def _worth(judged: list[DecisionReplay], case: Case, settings: ReplayConfig) -> dict[str, Any]:
    done = np.array([one.result_of(RECORDED, case).equity_change for one in judged])
    nothing = np.array([one.result_of(NO_ACTION, case).equity_change for one in judged])
    best = np.array([max(run.results[case].equity_change for run in one.branches) for one in judged])
    changed = np.array([_changed(one) for one in judged], dtype=bool)
    gain, better = _over_episodes(judged, np.stack([done - nothing, done > nothing], axis=-1), case, settings)
    return {
        "episodes": len(set(episodes_of(judged, case.horizon_ms))),
        "false_alarms": int(np.count_nonzero(changed & (nothing >= 0.0))),
        "regret": float((best - done).mean()) if judged else None,
        "regret_of_no_action": float((best - nothing).mean()) if judged else None,
        "gain": gain,
        "verdict": "insufficient" if gain is None else verdict_of(gain, settings.confidence),
        "better_share": better,
    }


def _over_episodes(
    judged: list[DecisionReplay], values: Any, case: Case, settings: ReplayConfig
) -> tuple[Estimate | None, Estimate | None]:
    if not judged:
        return None, None
    names = episodes_of(judged, case.horizon_ms)
    index = {name: row for row, name in enumerate(dict.fromkeys(names))}
    episodes = np.array([index[name] for name in names], dtype=np.int64)
    table = means_by_episode(values, episodes)
    if len(index) < settings.least_episodes:
        gain, better = (Estimate(float(mean), len(index)) for mean in table.mean(axis=0))
        return gain, better
    # Each is one question of its own: no other advisor's answer changes what this one's says.
    chance = [np.random.default_rng((settings.seed, column)) for column in range(2)]
    gain, share = (
        EpisodeBootstrap(table[:, [column]], settings.draws, chance[column]).estimates(settings.confidence)[0]
        for column in range(2)
    )
    if share.low is None or share.high is None:
        return gain, share
    return gain, Estimate(share.mean, share.episodes, max(0.0, share.low), min(1.0, share.high))
