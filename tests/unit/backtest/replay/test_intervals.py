"""Intervals over episodes: known numbers, and how often they hold what they promise to hold."""

import numpy as np
import pytest

from alphastrike.backtest.replay.intervals import (
    EpisodeBootstrap,
    expected_shortfall,
    false_discovery,
    means_by_episode,
)


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg():
    # The fifteen p values of their paper's example (1995, section 3.2): four are rejected at 0.05.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
         0.6528, 0.7590, 1.0000]  # fmt: skip

    adjusted = false_discovery(np.array(p[::-1]))[::-1]

    assert np.count_nonzero(adjusted <= 0.05) == 4
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)
    assert (np.diff(adjusted) >= 0.0).all()


def test_an_episode_counts_once_however_many_decisions_it_has():
    means = means_by_episode(np.array([1.0, 2.0, 3.0, 10.0]), np.array([0, 0, 0, 1]))

    assert means.tolist() == [2.0, 10.0]


@pytest.mark.parametrize(("values", "mean"), [([-9.0, *range(40)], -4.0 - 0.5 - 0.0), ([], np.nan)])
def test_the_shortfall_is_the_mean_of_the_worst_twentieth(values, mean):
    # Three of 41: -9, 0 and 1.
    expected = np.mean([-9.0, 0.0, 1.0]) if values else mean

    assert expected_shortfall(np.array(values, dtype=float)) == pytest.approx(expected, nan_ok=True)


DRAWN = {
    "normal": lambda chance: chance.standard_normal((40, 1)),
    "skewed": lambda chance: chance.exponential(size=(40, 1)) - 1.0,
    "heavy-tailed": lambda chance: chance.standard_t(3, size=(40, 1)),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_intervals_hold_the_truth_as_often_as_they_say(kind):
    chance = np.random.default_rng(3)
    held = []
    for _ in range(1_000):
        (found,) = EpisodeBootstrap(DRAWN[kind](chance), 400, chance).estimates(0.95)
        held.append(found.low <= 0.0 <= found.high)

    # A standard deviation of the rate is 0.007; equal tails hold 0.92 of the heavy-tailed ones, and a
    # percentile interval 0.91 of the skewed ones.
    assert 0.93 <= np.mean(held) <= 0.97


def test_an_interval_leaves_zero_out_where_p_says_so():
    for seed in range(200):
        values = np.random.default_rng(seed).standard_t(3, size=(40, 1)) + 0.4
        (found,) = EpisodeBootstrap(values, 999, np.random.default_rng(seed)).estimates(0.95)

        if abs(found.p - 0.05) > 0.002:
            assert (found.low <= 0.0 <= found.high) == (found.p > 0.05), seed


def test_where_nothing_differs_nothing_is_found():
    drawn = EpisodeBootstrap(np.zeros((30, 3)), 200, np.random.default_rng(0))

    assert {(one.low, one.high, one.p, one.q) for one in drawn.estimates(0.95)} == {(0.0, 0.0, 1.0, 1.0)}
    assert drawn.best_is_chance() == 1.0


def test_the_best_of_many_has_to_be_better_than_the_best_of_chance():
    chance = np.random.default_rng(1)
    noise = chance.standard_normal((60, 40))
    skilled = noise + np.eye(1, 40) * 1.2

    lucky, able = (EpisodeBootstrap(table, 4_000, np.random.default_rng(2)) for table in (noise, skilled))

    assert min(one.p for one in lucky.estimates(0.95)) < 0.05  # one of forty always looks good
    assert lucky.best_is_chance() > 0.1
    assert able.best_is_chance() < 0.01
    assert able.estimates(0.95)[0].q < 0.02
