"""The formulas from record to weight, against numbers worked by hand."""

import math

import pytest

from alphastrike.signals.decay import (
    article_weight,
    effective_outcomes,
    log_odds,
    shrunk_accuracy,
    signal_weight,
    upper_bound,
)


@pytest.mark.parametrize(
    ("accuracy", "weight"),
    [(0.55, 0.01), (0.53, 0.0036), (0.60, 0.04), (0.50, 0.0), (0.45, 0.0), (math.nan, 0.0)],
)
def test_weight_is_the_square_of_twice_a_positive_edge(accuracy, weight):
    assert signal_weight(accuracy) == pytest.approx(weight, abs=1e-15)


@pytest.mark.parametrize(("accuracy", "weight"), [(0.55, 0.01), (0.52, 0.0016), (0.49, 0.0004), (0.5, 0.0)])
def test_the_articles_weight_is_blind_to_the_sign_of_the_edge(accuracy, weight):
    assert article_weight(accuracy) == pytest.approx(weight, abs=1e-15)
    assert article_weight(1.0 - accuracy) == pytest.approx(weight, abs=1e-15)


@pytest.mark.parametrize(
    ("hits", "outcomes", "overall", "prior", "accuracy"),
    [
        (60.0, 100.0, 0.53, 300.0, (60 + 159) / 400),
        (0.0, 0.0, 0.53, 300.0, 0.53),
        (0.0, 0.0, 0.53, 0.0, 0.53),
        (60.0, 100.0, 0.53, 0.0, 0.6),
    ],
)
def test_a_regimes_accuracy_is_diluted_with_the_overall_one(hits, outcomes, overall, prior, accuracy):
    assert shrunk_accuracy(hits, outcomes, prior, overall) == pytest.approx(accuracy, rel=1e-15)


def test_weight_never_rises_as_accuracy_falls():
    weights = [signal_weight(step / 100) for step in range(101)]

    assert weights == sorted(weights)


@pytest.mark.parametrize(
    ("hits", "outcomes", "prior", "accuracy"),
    [
        (290.0, 500.0, 600.0, 590 / 1100),
        (0.0, 0.0, 600.0, 0.5),
        (0.0, 0.0, 0.0, 0.5),
        (55.0, 100.0, 0.0, 0.55),
    ],
)
def test_accuracy_is_diluted_with_coin_flips(hits, outcomes, prior, accuracy):
    assert shrunk_accuracy(hits, outcomes, prior) == pytest.approx(accuracy, rel=1e-15)


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [(0.58, 0.3227733922630), (0.55, 0.2006706954621), (0.5, 0.0), (0.4, 0.0), (1.0, 4.5951198501346)],
)
def test_log_odds_of_what_beats_a_coin(accuracy, expected):
    assert log_odds(accuracy) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("symbols", "correlation", "expected"),
    [(1.0, 0.3, 1.0), (10.0, 0.3, 10 / 3.7), (10.0, 1.0, 1.0), (4.0, 0.0, 4.0)],
)
def test_correlated_symbols_count_as_fewer(symbols, correlation, expected):
    assert effective_outcomes(symbols, correlation) == pytest.approx(expected, rel=1e-15)


def test_upper_bound_of_a_failing_window():
    assert upper_bound(0.47, 500.0, 1.2816) == pytest.approx(0.47 + 1.2816 * 0.0223606797749979, rel=1e-12)
