"""Branches of many decisions side by side: what each kind of answer came to, and against doing nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.episodes import episodes_of
from alphastrike.backtest.replay.intervals import (
    EpisodeBootstrap,
    Estimate,
    expected_shortfall,
    means_by_episode,
)
from alphastrike.backtest.replay.outcomes import Case, DecisionReplay, Measured
from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.counterfactuals import NO_ACTION

INSUFFICIENT, BETTER, WORSE, SAME = "insufficient", "better", "worse", "not told apart"


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One kind of answer over all decisions that had it. Fractions are of the equity at the fork.

    `gain` is the mean of equity change less that of no_action; `verdict` is what its interval and the
    number of comparisons allow to say. `shortfall` is the mean of the worst twentieth.
    """

    group: str
    decisions: int
    equity_change: float
    gain: Estimate
    verdict: str
    regret: float
    better_share: float
    shortfall: float
    gain_shortfall: float
    max_drawdown: float
    worst_drawdown: float
    liquidations: float  # a decision
    turnover: float
    triggered: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All groups in one case. `best_is_chance` is the chance that the best of them is only luck's."""

    case: Case
    episodes: int
    groups: tuple[GroupResult, ...]
    best_is_chance: float | None


def usable(decisions: Sequence[DecisionReplay]) -> list[DecisionReplay]:
    """Those whose control was the recorded run and whose horizon lies within the data."""
    return [one for one in decisions if one.unfaithful is None and one.is_whole]


def compared(decisions: Sequence[DecisionReplay], case: Case, settings: ReplayConfig) -> Comparison:
    """Every group of the usable decisions in one case, no_action first."""
    counted = usable(decisions)
    names = episodes_of(counted, case.horizon_ms)
    index = {name: row for row, name in enumerate(dict.fromkeys(names))}
    episodes = np.array([index[name] for name in names], dtype=np.int64)
    groups = _groups(counted)
    table = {group: _Table.of(counted, group, case) for group in groups}
    tested = [group for group in groups if group != NO_ACTION and len(table[group].rows) == len(counted)]
    estimates, chance = _tested(table, tested, episodes, settings)
    found = tuple(
        _result(group, table[group], estimates.get(group), episodes, settings)
        for group in groups
        if table[group].rows.size
    )
    return Comparison(case, len(index), found, chance)


def _groups(decisions: Sequence[DecisionReplay]) -> list[str]:
    seen = dict.fromkeys(run.branch.group for one in decisions for run in one.branches)
    return sorted(seen, key=lambda group: group != NO_ACTION)


@dataclass(frozen=True, slots=True)
class _Table:
    """One group: for each decision that has it, means over its branches; `rows` number the decisions."""

    rows: Integers
    change: Floats
    gain: Floats
    regret: Floats
    numbers: Floats  # (decisions, 4): drawdown, liquidations, turnover, triggered

    @classmethod
    def of(cls, decisions: Sequence[DecisionReplay], group: str, case: Case) -> "_Table":
        rows, changes, gains, regrets, numbers = [], [], [], [], []
        for row, one in enumerate(decisions):
            mine = [run.results[case] for run in one.branches if run.branch.group == group]
            if not mine:
                continue
            nothing = one.result_of(NO_ACTION, case)
            best = max(run.results[case].equity_change for run in one.branches)
            change = float(np.mean([each.equity_change for each in mine]))
            rows.append(row)
            changes.append(change)
            gains.append(change - nothing.equity_change)
            regrets.append(best - change)
            numbers.append(np.mean([_numbers(each) for each in mine], axis=0))
        return cls(
            np.array(rows, dtype=np.int64),
            np.array(changes),
            np.array(gains),
            np.array(regrets),
            np.array(numbers).reshape(len(rows), 4),
        )


def _numbers(one: Measured) -> tuple[float, float, float, float]:
    return one.max_drawdown, float(one.liquidations), one.turnover, one.triggered


def _tested(
    table: dict[str, _Table], tested: list[str], episodes: Integers, settings: ReplayConfig
) -> tuple[dict[str, Estimate], float | None]:
    """Estimates of the groups that every decision has, on one set of resamples."""
    count = int(episodes.max(initial=-1)) + 1
    if count < settings.least_episodes or not tested:
        return {}, None
    gains = means_by_episode(np.stack([table[group].gain for group in tested], axis=-1), episodes)
    drawn = EpisodeBootstrap(gains, settings.draws, np.random.default_rng(settings.seed))
    found = drawn.estimates(settings.confidence)
    return dict(zip(tested, found, strict=True)), drawn.best_is_chance()


def _result(
    group: str, table: _Table, estimate: Estimate | None, episodes: Integers, settings: ReplayConfig
) -> GroupResult:
    mine = np.unique(episodes[table.rows], return_inverse=True)[1]
    by_episode = means_by_episode(table.gain, mine)
    gain = estimate or Estimate(float(by_episode.mean()), by_episode.size)
    drawdown, liquidations, turnover, triggered = table.numbers.mean(axis=0).tolist()
    return GroupResult(
        group=group,
        decisions=int(table.rows.size),
        equity_change=float(table.change.mean()),
        gain=gain if group != NO_ACTION else replace(gain, low=None, high=None, p=None, q=None),
        verdict="" if group == NO_ACTION else verdict_of(gain, settings.confidence),
        regret=float(table.regret.mean()),
        better_share=float(np.mean(table.gain > 0.0)),
        shortfall=expected_shortfall(table.change),
        gain_shortfall=expected_shortfall(table.gain),
        max_drawdown=drawdown,
        worst_drawdown=float(table.numbers[:, 0].max()),
        liquidations=liquidations,
        turnover=turnover,
        triggered=triggered,
    )


def verdict_of(gain: Estimate, confidence: float) -> str:
    """Better or worse only where both the interval and the adjusted p value say so."""
    if gain.low is None or gain.high is None or gain.q is None:
        return INSUFFICIENT
    if gain.q > 1.0 - confidence:
        return SAME
    return BETTER if gain.low > 0.0 else WORSE if gain.high < 0.0 else SAME
