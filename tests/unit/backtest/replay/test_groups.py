"""From decisions to verdicts: what counts, what is one observation, and what may be said."""

from dataclasses import replace

import pytest

from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.backtest.replay.document import document
from alphastrike.backtest.replay.episodes import episodes_of
from alphastrike.backtest.replay.groups import compared
from alphastrike.backtest.replay.outcomes import DECISION, Branch, BranchRun, Case, DecisionReplay, Measured
from alphastrike.backtest.replay.scorecard import scorecard
from alphastrike.domain.intervals import HOUR_MS

DAY_MS = 24 * HOUR_MS
CASE = Case(DECISION, DAY_MS)
SETTINGS = ReplayConfig(draws=400, least_episodes=30)
REVIEW = {
    "trace_id": "t", "report_sha256": "", "source": "rules", "cause": "", "latency_ms": 50, "details": "{}",
    "calls": "[]", "answered_ms": 0,
}  # fmt: skip
TAKEN = {"outcome": "applied", "intervention_id": "i000001"}


def a_decision(
    day: float, run_id: str = "run", calls=(TAKEN,), review=None, **changes: float
) -> DecisionReplay:
    """A decision whose branches changed equity by these fractions."""
    runs = tuple(
        BranchRun(
            Branch(name, name, name, ()), {CASE: Measured(change, change, 0.01, 0, 1.0, 0.5)}, ("applied",)
        )
        for name, change in {"recorded": 0.0, "no_action": 0.0, **changes}.items()
    )
    return DecisionReplay(
        run_id=run_id,
        review_id=f"r{int(day * 24):06d}",
        ts_ms=int(day * DAY_MS),
        triggers="portfolio:drawdown",
        review=REVIEW | (review or {}),
        calls=calls,
        unfaithful=None,
        is_whole=True,
        branches=runs,
    )


def verdicts(decisions, settings=SETTINGS):
    found = compared(decisions, CASE, settings)
    return {group.group: group.verdict for group in found.groups}, found


def test_decisions_whose_windows_overlap_are_one_episode():
    decisions = [a_decision(day) for day in (0, 0.5, 1.4, 3, 4, 5.1)]

    assert episodes_of(decisions, DAY_MS) == (*["run-r000000"] * 3, *["run-r000072"] * 2, "run-r000122")


def test_the_same_time_in_another_run_is_another_episode():
    assert len(set(episodes_of([a_decision(0), a_decision(0, "other")], DAY_MS))) == 2


def test_a_steady_gain_is_better_and_a_steady_loss_worse():
    decisions = [
        a_decision(
            2 * day, no_action=-0.02, recorded=-0.02 + 0.001 * (day % 7), rules=-0.03 - 0.001 * (day % 5)
        )
        for day in range(40)
    ]

    said, found = verdicts(decisions)

    assert said == {"no_action": "", "recorded": "better", "rules": "worse"}
    assert found.episodes == 40
    gain = next(group.gain for group in found.groups if group.group == "recorded")
    assert gain.mean == pytest.approx(0.001 * sum(day % 7 for day in range(40)) / 40)
    assert gain.low < gain.mean < gain.high
    assert found.best_is_chance < 0.05


def test_a_gain_that_comes_and_goes_is_not_told_apart():
    decisions = [a_decision(2 * day, recorded=0.01 * (-1) ** day) for day in range(40)]

    assert verdicts(decisions)[0]["recorded"] == "not told apart"


def test_few_episodes_are_insufficient_however_many_decisions_they_hold():
    decisions = [a_decision(2 * day + hour / 24, recorded=0.02) for day in range(29) for hour in range(4)]

    said, found = verdicts(decisions)

    assert (found.episodes, said["recorded"]) == (29, "insufficient")
    gain = next(group.gain for group in found.groups if group.group == "recorded")
    assert (gain.mean, gain.low, gain.q) == (pytest.approx(0.02), None, None)


def test_what_failed_the_control_or_was_cut_short_is_not_counted():
    sound = [a_decision(2 * day, recorded=0.01) for day in range(3)]
    false = replace(a_decision(8, recorded=9.0), unfaithful="equity.equity at 1 ms")
    short = replace(a_decision(10, recorded=9.0), is_whole=False)

    found = document([*sound, false, short], [DECISION], DAY_MS, SETTINGS)

    assert (found["decisions"], found["judged"], found["unfaithful"], found["cut_short"]) == (5, 3, 1, 1)
    (group,) = (one for one in found["comparisons"][DECISION]["groups"] if one["group"] == "recorded")
    assert group["gain"]["mean"] == pytest.approx(0.01)


def test_regret_is_against_the_best_branch():
    (only,) = document([a_decision(0, no_action=-0.05, rules=0.01)], [DECISION], DAY_MS, SETTINGS)[
        "interventions"
    ]

    assert only["estimands"][DECISION] == {"gain": 0.05, "best": "rules", "regret": pytest.approx(0.01)}


def test_the_scorecard_tells_models_and_prompts_apart():
    model = {"source": "ollama", "latency_ms": 900, "details": '{"model": "m", "digest": "d", "prompt": 2}'}
    details = '{"asked": "ollama", "model": "m", "digest": "d", "prompt": 2}'
    failed = {"source": "rules", "cause": "malformed", "details": details}
    refused = (
        {"outcome": "refused", "intervention_id": None},
        {"outcome": "clamped", "intervention_id": "i2"},
    )
    decisions = [
        a_decision(0, no_action=0.02, recorded=0.01),
        a_decision(2, no_action=-0.02, recorded=0.01, review=model, calls=refused),
        a_decision(4, no_action=0.0, recorded=0.0, review=failed, calls=()),
    ]

    asked, rules = scorecard(decisions, CASE, SETTINGS)

    assert (asked.asked, asked.model, asked.digest, asked.prompt) == ("ollama", "m", "d", "2")
    assert (asked.reviews, asked.fell_back, asked.unreadable, asked.intervened) == (2, 1, 1, 1)
    assert (asked.refused, asked.clamped, asked.false_alarms) == (1, 1, 0)
    assert asked.better_share.mean == pytest.approx(0.5)
    assert asked.verdict == rules.verdict == "insufficient"
    assert (rules.false_alarms, rules.regret, rules.latency_median_ms) == (1, pytest.approx(0.01), 50.0)
