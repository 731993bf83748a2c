"""Walk-forward splits: the order of time cannot be broken."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.domain.errors import InvariantBroken
from alphastrike.ml.splits import Fold, Windows, last_fold, walk_forward


def test_folds_walk_forward_by_the_step():
    folds = walk_forward(100, Windows(train=40, calibrate=10, test=20, step=20, embargo=3))

    assert [(fold.train, fold.calibrate, fold.test) for fold in folds] == [
        (range(40), range(40, 50), range(50, 70)),
        (range(20, 60), range(60, 70), range(70, 90)),
        (range(40, 80), range(80, 90), range(90, 100)),
    ]


def test_labels_that_reach_into_the_embargo_are_not_learnt_from():
    (fold,) = walk_forward(70, Windows(train=40, calibrate=10, test=20, step=40, embargo=3))
    bar = np.arange(70)

    learnt = bar[fold.training_rows(bar, bar + 5)]
    calibrated = bar[fold.calibration_rows(bar, bar + 5)]

    assert (learnt[0], learnt[-1]) == (0, 31)
    assert (calibrated[0], calibrated[-1]) == (40, 41)


@given(st.integers(60, 400), st.integers(0, 30), st.integers(1, 30), st.integers(1, 40))
def test_nothing_learnt_is_known_after_the_test_begins(bars, embargo, horizon, step):
    bar = np.arange(bars)
    known_at = bar + horizon

    for fold in walk_forward(bars, Windows(30, 15, 10, step, embargo)):
        tested = bar[fold.test_rows(bar)]
        learnt = fold.training_rows(bar, known_at) | fold.calibration_rows(bar, known_at)

        assert tested.size > 0
        assert (known_at[learnt] + embargo < tested[0]).all()
        assert not (learnt & fold.test_rows(bar)).any()


def test_the_last_fold_ends_with_the_data():
    fold = last_fold(100, Windows(train=40, calibrate=10, test=20, step=20, embargo=3))

    assert (fold.train, fold.calibrate, fold.test) == (range(50, 90), range(90, 100), range(100, 100))


def test_too_little_data_for_one_model_is_refused():
    with pytest.raises(InvariantBroken, match="observed 49 bars, allowed at least 50"):
        last_fold(49, Windows(train=40, calibrate=10, test=20, step=20, embargo=3))


@pytest.mark.parametrize(
    "parts",
    [
        (range(50, 90), range(50), range(90, 99)),
        (range(50), range(40, 60), range(60, 70)),
        (range(0, 50, 2), range(50, 60), range(60, 70)),
        (range(50), range(60, 80), range(70, 90)),
    ],
)
def test_a_fold_out_of_the_order_of_time_cannot_be_made(parts):
    with pytest.raises(InvariantBroken, match="order of time"):
        Fold(*parts, embargo=0)


def test_windows_without_a_length_are_refused():
    with pytest.raises(InvariantBroken, match="at least one bar"):
        Windows(train=0, calibrate=1, test=1, step=1, embargo=0)
