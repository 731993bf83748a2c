"""A branch replayed with its own intervention is the recorded run; every other number rests on that."""

from dataclasses import replace

import numpy as np
import pytest

from alphastrike.app.replay.run import replay_run
from alphastrike.backtest.replay.outcomes import DECISION, POLICY, Case
from alphastrike.domain.errors import ConfigError, DataError
from alphastrike.domain.intervals import HOUR_MS
from tests.markets import EAGER, configured, small_market
from tests.replays import a_plan, a_source

MARKET = small_market(seed=5, hours=1_100, symbols=("BTCUSDT", "ETHUSDT"))
WEEK = 168.0


def _config(advisor: str):
    return configured(strategy={"name": "ema_cross"}, backtest={"llm": advisor}, **EAGER)


@pytest.fixture(scope="module")
def ruled():
    return a_source(_config("rules"), MARKET.history, MARKET.funding)


@pytest.mark.parametrize("advisor", ["rules", "random"])
def test_every_review_replayed_with_its_own_answer_is_the_recorded_run(ruled, advisor):
    source = ruled if advisor == "rules" else a_source(_config(advisor), MARKET.history, MARKET.funding)

    found = list(replay_run(source, a_plan(WEEK, ())))

    assert len(found) == len(source.reviews) > 10
    assert {one.unfaithful for one in found} == {None}
    assert sum(one.is_whole for one in found) > 5


def test_the_control_sees_a_run_that_went_another_way(ruled):
    equity = dict(ruled.path.equity)
    equity["equity"] = equity["equity"].copy()
    equity["equity"][-1] = np.nextafter(equity["equity"][-1], np.inf)
    other = replace(ruled, path=replace(ruled.path, equity=equity))

    *_, last = replay_run(other, a_plan(WEEK, ()), [ruled.reviews[-1]["review_id"]])

    assert last.unfaithful.startswith("equity.equity at ")


def test_a_window_over_two_blocks_of_the_run_is_no_different(ruled, monkeypatch):
    whole = list(replay_run(ruled, a_plan(WEEK, ("rules",))))
    monkeypatch.setattr("alphastrike.app.replay.windows.BLOCK_BARS", 100)

    parted = list(replay_run(ruled, a_plan(WEEK, ("rules",))))

    assert parted == whole


def test_branches_do_not_depend_on_who_runs_beside_them(ruled):
    review = ruled.reviews[3]["review_id"]
    plan = a_plan(WEEK, ("rules", "placebo"))

    (alone,) = replay_run(ruled, plan, [review])
    among = next(one for one in replay_run(ruled, a_plan(WEEK)) if one.review_id == review)

    for run in alone.branches:
        assert among.run_of(run.branch.name).results == run.results


def test_costs_are_charged_from_the_fork_on(ruled):
    plan = replace(a_plan(WEEK, ()), costs=(1.0, 2.0))
    cases = [Case(DECISION, plan.horizon_ms, costs) for costs in plan.costs]

    found = [one.run_of("no_action").results for one in replay_run(ruled, plan)]

    traded = [results for results in found if results[cases[0]].turnover > 0.0]
    assert len(traded) > 5
    dearer = [results[cases[1]].equity_change < results[cases[0]].equity_change for results in traded]
    assert np.mean(dearer) > 0.8  # a dearer path can part from the other one


def test_the_policy_goes_on_where_the_decision_stands_alone(ruled):
    plan = a_plan(WEEK, ("rules",))
    alone, goes_on = (Case(estimand, plan.horizon_ms) for estimand in (DECISION, POLICY))

    found = list(replay_run(ruled, plan))

    def changes(case):
        return [one.run_of("rules").results[case].equity_change for one in found]

    assert changes(alone) != changes(goes_on)
    # The rule table answered the run: going on with it is the run, whatever name it has.
    assert changes(goes_on) == [one.run_of("recorded").results[goes_on].equity_change for one in found]


def test_the_control_is_run_whatever_is_asked(ruled):
    plan = replace(a_plan(24, ()), estimands=(DECISION,))

    found = list(replay_run(ruled, plan, [row["review_id"] for row in ruled.reviews[:3]]))

    assert [one.unfaithful for one in found] == [None] * 3
    assert all(set(run.results) == set(plan_cases(plan)) for one in found for run in one.branches)


def plan_cases(plan):
    """Every case of a plan at every horizon."""
    return [Case(case.estimand, horizon, case.costs) for case in plan.cases for horizon in plan.horizons_ms]


def test_a_snapshot_of_another_layout_is_refused(ruled):
    strange = replace(ruled, reviews=tuple(row | {"layout": "0" * 16} for row in ruled.reviews))

    with pytest.raises(DataError, match="layout: observed 0000000000000000, allowed"):
        next(replay_run(strange, a_plan(24, ())))


def test_an_intervention_is_found_by_either_of_its_names(ruled):
    taken = next(row for row in ruled.calls if row["intervention_id"])

    (found,) = replay_run(ruled, a_plan(24, ()), [taken["intervention_id"]])

    assert found.review_id == taken["review_id"]
    with pytest.raises(ConfigError, match="--intervention: observed 'i999999', allowed an id of"):
        next(replay_run(ruled, a_plan(24, ()), ["i999999"]))


def test_what_the_data_cannot_show_to_the_end_is_not_whole(ruled):
    hours = MARKET.history.close.shape[1]

    found = list(replay_run(ruled, a_plan(hours, ())))

    assert not any(one.is_whole for one in found)
    assert all(one.ts_ms + HOUR_MS * hours > MARKET.history.open_time_ms[-1] for one in found)
