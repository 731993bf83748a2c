"""Folds, joined snapshots and streaks."""

import numpy as np
import pytest

from alphastrike.numerics.folds import Fold, pack, streaks, unpack


def _count(first, columns, parameters, state, out):
    (values,) = columns
    (step,) = parameters
    for bar in range(values.shape[1]):
        state[:, 0] = np.where(np.isnan(state[:, 0]), first, state[:, 0]) + step
        out[:, bar] = state[:, 0]


class _Rows:
    interval_ms = 1000
    open_time_ms = np.array([7000, 8000])
    close = np.zeros((2, 2))


def a_fold():
    return Fold(_count, ("close",), (0.5,), (2, 1), lookback_bars=1)


def test_a_fold_hands_the_kernel_the_absolute_row_number_and_its_own_state():
    fold, out = a_fold(), np.empty((2, 2))

    fold.advance(_Rows(), out)
    fold.advance(_Rows(), out)

    assert out.tolist() == [[8.5, 9.0], [8.5, 9.0]]


def test_a_restored_fold_goes_on_where_the_snapshot_was_taken():
    fold, other, out = a_fold(), a_fold(), np.empty((2, 2))
    fold.advance(_Rows(), out)

    other.restore(fold.snapshot())
    other.advance(_Rows(), out)

    assert out[0].tolist() == [8.5, 9.0]


def test_a_snapshot_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="reshape"):
        a_fold().restore(np.zeros(3).tobytes())


def test_unpack_gives_back_what_pack_joined():
    parts = [b"", b"one", bytes(1000)]

    assert unpack(pack(parts)) == parts
    assert unpack(pack([])) == []


def test_streaks_count_on_over_calls_and_restart_after_nan():
    counts, out = np.array([2.0]), np.empty((1, 4))

    streaks(np.array([[1.0, np.nan, 1.0, 1.0]]), counts, out)

    assert out.tolist() == [[3.0, 0.0, 1.0, 2.0]]
    assert counts.tolist() == [2.0]
