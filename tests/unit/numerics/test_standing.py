"""Ranks among the rows before, against their definition."""

import numpy as np
import pytest

from alphastrike.numerics.standing import UNCOUNTED, rank_step, rank_width

WINDOW = 7


def plain_rank(values, bar):
    """The definition, from all rows at once."""
    before, value = values[max(0, bar - WINDOW) : bar], values[bar]
    counted = before[before < UNCOUNTED]
    unknown = len(before) < WINDOW or np.isnan(before).any()
    if unknown or not value < UNCOUNTED or 2 * counted.size < WINDOW:
        return np.nan
    return ((counted < value).sum() + 0.5 * (counted == value).sum()) / counted.size


def ranks(values):
    row = np.full(3 + rank_width(WINDOW), np.nan)
    return [rank_step(row, 2, WINDOW, bar % WINDOW, value) for bar, value in enumerate(values)]


def test_a_rank_is_the_share_of_smaller_values_worked_by_hand():
    known = ranks([3.0, 1.0, 2.0, 2.0, 5.0, 4.0, 2.0, 2.0])

    assert known[-1] == pytest.approx((1 + 0.5 * 3) / 7)


@pytest.mark.parametrize("seed", range(8))
def test_ranks_kept_in_order_are_those_of_the_definition(seed):
    random = np.random.default_rng(seed)
    values = np.round(random.normal(0.0, 1.0, 400), 1)
    values[random.random(400) < 0.02] = np.nan
    values[random.random(400) < 0.2 * (seed % 3)] = UNCOUNTED
    values[random.random(400) < 0.01] = -np.inf

    expected = [plain_rank(values, bar) for bar in range(400)]

    np.testing.assert_array_equal(ranks(values), expected)
    assert np.isfinite(expected).any()
