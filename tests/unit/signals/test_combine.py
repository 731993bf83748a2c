"""From votes and weights to a verdict, against numbers worked by hand."""

import math

import numpy as np
import pytest

from alphastrike.signals.kernel_calibration import BINS, CALIBRATION
from alphastrike.signals.kernel_caps import fill_to_cap
from alphastrike.signals.kernel_combine import RULE, VERDICT, Table, break_even, combine
from alphastrike.signals.kernel_evidence import REGIMES

DAY = 0.55 / math.sqrt(365)  # 55 % a year, as a fraction a day


def verdict(votes, weights, **changes):
    """The verdict on one cell. `odds` default to 0.2, categories to one each, horizons to 24 h.

    The calibration's slope defaults to 1, the signals' likeness to none.
    """
    count = len(votes)
    rules = np.zeros(1, dtype=RULE)
    settings = {
        "min_vote": 0.05,
        "signal_cap": 1.0,
        "category_cap": 1.0,
        "full_edge": 0.1,
        "provisional_cap": 55.0,
        "round_trip_cost": 0.0012,
        "edge_over_cost": 0.01,
        "bars_per_sample": 1000,
    }
    for name, default in settings.items():
        rules[name] = changes.get(name, default)
    weight = np.repeat(np.array(weights, dtype=float).reshape(count, 1, 1), REGIMES, axis=2)
    odds = np.array(changes.get("odds", [0.2] * count), dtype=float).reshape(count, 1, 1)
    calibration = np.zeros(1, dtype=CALIBRATION)
    calibration["slope"] = changes.get("slope", 1.0)
    out = np.zeros((1, 1), dtype=VERDICT)
    combine(
        1,
        np.array(votes, dtype=float).reshape(count, 1, 1),
        weight,
        np.repeat(odds, REGIMES, axis=2),
        np.array(changes.get("states", [1] * count), dtype=np.int8).reshape(count, 1),
        np.zeros((1, 1), dtype=np.int8),
        np.zeros((1, 1, 1), dtype=np.int8),
        np.array(changes.get("categories", range(count)), dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        np.array([24]),
        np.array(changes.get("horizons", [24.0] * count), dtype=float),
        np.full((1, 1), changes.get("volatility", DAY)),
        changes.get("agreement", np.zeros((2, count, count))),
        np.array([0]),
        np.zeros(24),
        np.zeros((BINS, 3)),
        calibration,
        rules,
        Table.blank(count, max(changes.get("categories", range(count))) + 1),
        out,
    )
    return out[0, 0]


def logistic(odds):
    return 1.0 / (1.0 + math.exp(-odds))


@pytest.mark.parametrize(
    ("cost", "hours", "probability"),
    [
        (0.0012, 1.0, 0.628),
        (0.0012, 4.0, 0.564),
        (0.0012, 24.0, 0.526),
        (0.0012, 72.0, 0.515),
        (0.0005, 1.0, 0.553),
        (0.0005, 4.0, 0.527),
        (0.0005, 24.0, 0.511),
        (0.0005, 72.0, 0.506),
    ],
)
def test_break_even_at_55_percent_volatility_a_year(cost, hours, probability):
    assert break_even(cost, DAY, hours) == pytest.approx(probability, abs=5e-4)


@pytest.mark.parametrize("volatility", [math.nan, 0.0, -1.0])
def test_break_even_is_unknown_without_volatility(volatility):
    assert math.isnan(break_even(0.0012, volatility, 24.0))


@pytest.mark.parametrize(
    ("shares", "cap", "expected"),
    [
        ([0.7, 0.2, 0.1], 0.5, [0.5, 1 / 3, 1 / 6]),
        ([0.6, 0.38, 0.01, 0.01], 0.4, [0.4, 0.4, 0.1, 0.1]),
        ([0.2, 0.2, 0.6], 0.25, [1 / 3, 1 / 3, 1 / 3]),
        ([5.0], 0.25, [5.0]),
        ([0.25, 0.25, 0.25, 0.25], 0.25, [0.25, 0.25, 0.25, 0.25]),
    ],
)
def test_what_a_cap_cuts_off_flows_to_the_others(shares, cap, expected):
    poured = np.array(shares)

    fill_to_cap(poured, len(shares), cap)

    assert poured == pytest.approx(expected, rel=1e-12)


def test_a_lone_signal_is_worth_its_shrunk_accuracy():
    one = verdict([0.4], [0.01], odds=[math.log(0.58 / 0.42)])

    assert one["probability_up"] == pytest.approx(0.58, rel=1e-12)
    assert one["score"] == pytest.approx(0.4, rel=1e-12)
    assert one["conviction"] == pytest.approx(80.0, rel=1e-12)
    assert (one["voters"], one["categories"], one["coverage"]) == (1, 1, 1.0)


def test_log_odds_of_unlike_signals_add_up():
    three = verdict([1.0, 1.0, -1.0], [0.01] * 3, odds=[0.3, 0.2, 0.1])

    assert three["probability_up"] == pytest.approx(logistic(0.3 + 0.2 - 0.1), rel=1e-12)


def test_clones_share_one_voice():
    # A likeness of 0.8 each after the shrinking: 5 clones speak with 5 / (1 + 4 x 0.8) voices.
    alike = np.stack([np.full((5, 5), 1e9), np.full((5, 5), 1e9)])

    clones = verdict([1.0] * 5, [0.01] * 5, odds=[0.2] * 5, agreement=alike)

    assert clones["probability_up"] == pytest.approx(logistic(5 * 0.2 / 4.2), rel=1e-6)


def test_the_weight_of_clones_is_shared_too():
    alike = np.zeros((2, 3, 3))
    alike[:, :2, :2] = 1e9

    torn = verdict([1.0, 1.0, -1.0], [0.01] * 3, agreement=alike)

    assert torn["score"] == pytest.approx((2 / 1.8 - 1) / (2 / 1.8 + 1), rel=1e-6)


def test_the_probability_is_as_steep_as_the_calibration_says():
    half = verdict([1.0], [0.01], odds=[0.4], slope=0.5)
    certain = verdict([1.0], [0.01], odds=[4.0])

    assert half["probability_up"] == pytest.approx(logistic(0.2), rel=1e-12)
    assert certain["probability_up"] == 0.65


def test_score_is_the_weighted_mean_of_the_votes():
    assert verdict([1.0, -0.5], [0.03, 0.01])["score"] == pytest.approx((0.03 - 0.005) / 0.04, rel=1e-12)


def test_caps_hold_first_between_categories_then_inside_them():
    # Weights 8, 1, 1: category 0 holds 0.9, cut to 0.6; inside it 8 : 1 becomes 0.4 : 0.2.
    capped = verdict(
        [1.0, 0.0001, -1.0],
        [0.8, 0.1, 0.1],
        categories=[0, 0, 1],
        category_cap=0.6,
        signal_cap=0.4,
        min_vote=0.0001,
    )

    assert capped["score"] == pytest.approx(0.4 * 1.0 + 0.2 * 0.0001 - 0.4, rel=1e-9)


def test_no_opinion_counts_as_heard_and_a_missing_input_does_not():
    silent = verdict([1.0, 0.0], [0.01, 0.03])
    missing = verdict([1.0, math.nan], [0.01, 0.03])

    assert silent["coverage"] == 1.0
    assert missing["coverage"] == pytest.approx(0.25)
    assert missing["conviction"] == pytest.approx(silent["conviction"] * 0.5, rel=1e-12)


def test_score_and_probability_that_disagree_carry_no_conviction():
    torn = verdict([0.06, -1.0], [0.02, 0.02], odds=[0.4, 0.1])

    assert torn["probability_up"] > 0.5 > torn["score"]
    assert torn["conviction"] == 0.0


def test_an_unproven_voter_caps_conviction():
    certain = verdict([1.0], [0.01], odds=[2.0], states=[0])

    assert certain["conviction"] == 55.0


def test_required_probability_follows_the_horizon_of_the_voters():
    mixed = verdict([1.0, 1.0], [0.03, 0.01], horizons=[24.0, 4.0])

    assert mixed["required"] == pytest.approx(break_even(0.0012, DAY, 19.0) + 0.01, rel=1e-12)


def test_what_an_edge_leaves_is_the_carry_that_would_use_it_up():
    found = verdict([1.0, 1.0], [0.03, 0.01], odds=[0.4, 0.4], horizons=[24.0, 4.0])
    chance = found["probability_up"]

    surplus = 2.0 * found["expected"] * (chance - found["required"])

    assert found["horizon_hours"] == pytest.approx(19.0)
    assert surplus > 0.0
    assert break_even(0.0012 + surplus, DAY, 19.0) + 0.01 == pytest.approx(chance, rel=1e-12)


def test_signals_without_weight_say_nothing():
    nothing = verdict([1.0, 1.0], [0.0, 0.0])

    assert nothing["voters"] == 0


@pytest.mark.parametrize("vote", [math.nan, 0.04, 1.5, -math.inf])
def test_a_vote_that_is_no_vote_leaves_the_cell_without_voters(vote):
    assert verdict([vote], [0.01])["voters"] == 0
