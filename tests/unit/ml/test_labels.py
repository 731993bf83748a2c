"""Triple-barrier labels against paths worked by hand."""

import math

import numpy as np
import pytest

from alphastrike.ml.kernel_labels import DOWN, UP, VOID, bar_volatility, triple_barrier, uniqueness

REACH = math.log(1.02)  # barriers two percent away over the whole horizon


def labelled(rows, horizon=4):
    """Labels of bars (open, high, low, close); volatility such that the barriers are at +-2 %."""
    prices = tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True))
    volatility = np.full(len(rows), REACH / math.sqrt(horizon))
    return triple_barrier(prices, volatility, horizon, 1.0)


FLAT = (100.0, 100.5, 99.5, 100.0)


def test_the_upper_barrier_first_is_a_rise_known_at_the_touch():
    label, known_at, result = labelled([FLAT, FLAT, (100, 102.5, 99.9, 101), FLAT, FLAT])

    assert (label[0], known_at[0]) == (UP, 2)
    assert result[0] == pytest.approx(REACH)


def test_a_bar_that_touches_both_counts_as_the_stop():
    label, known_at, result = labelled([FLAT, (100, 103, 97, 100), FLAT, FLAT, FLAT])

    assert (label[0], known_at[0]) == (DOWN, 1)
    assert result[0] == pytest.approx(-REACH)


def test_without_a_touch_the_last_close_decides_against_the_entry_open():
    label, known_at, result = labelled([FLAT, FLAT, FLAT, FLAT, (100, 101, 99.5, 100.7)])

    assert (label[0], known_at[0]) == (UP, 4)
    assert result[0] == pytest.approx(math.log(1.007))


def test_the_entry_is_the_next_open_never_the_close_of_the_decision():
    rows = [
        (100, 130, 100, 130.0),
        (100, 100.5, 99.5, 100),
        (100, 100.5, 98.9, 99),
        FLAT,
        (99, 99.5, 98.5, 99),
    ]

    label, _, result = labelled(rows)

    assert label[0] == DOWN
    assert result[0] == pytest.approx(math.log(0.99))


@pytest.mark.parametrize("missing", [1, 3])
def test_a_missing_bar_on_the_way_voids_the_label(missing):
    rows = [FLAT] * 4 + [(100, 101, 99.5, 100.7)]
    rows[missing] = (math.nan,) * 4

    label, known_at, _ = labelled(rows)

    assert (label[0], known_at[0]) == (VOID, -1)


def test_the_end_of_the_data_and_no_movement_void_the_label():
    label, _, _ = labelled([FLAT] * 6)

    assert (label == VOID).all()


def test_volatility_is_the_weighted_root_mean_square_return():
    close = 100.0 * np.exp(np.cumsum(np.tile([0.01, -0.01], 10)))

    volatility = bar_volatility(close, 2.0)

    assert np.isnan(volatility[:6]).all()
    assert volatility[6:] == pytest.approx(np.full(14, 0.01))


def test_uniqueness_of_overlapping_labels_by_hand():
    # Decision 0 lives over bars 1-3, decision 1 over bars 2-3, decision 4 over bar 5 alone.
    known_at = np.array([3, 3, -1, -1, 5, -1], dtype=np.int64)

    found = uniqueness(known_at)

    assert found == pytest.approx([(1 + 0.5 + 0.5) / 3, 0.5, 0, 0, 1, 0])
