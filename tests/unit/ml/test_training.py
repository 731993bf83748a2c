"""Training: what is learnt from, what is shown, and that the same data give the same model."""

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import DataError
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.ml.config import TrainingConfig
from alphastrike.ml.importance import Importance
from alphastrike.ml.isotonic import Isotonic
from alphastrike.ml.lessons import lessons_from
from alphastrike.ml.probing import importance_of
from alphastrike.ml.splits import walk_forward
from alphastrike.ml.training import train, windows_of

pytest.importorskip("lightgbm")

SMALL = TrainingConfig(
    train_days=60, calibrate_days=20, test_days=30, horizon_hours=4, trees=20, min_rows_per_leaf=50
)


def a_market(bars=4_000, symbols=2, seed=1, edge=0.5):
    """Hourly walks whose next return leans to a feature, and that feature beside one of noise."""
    chance = np.random.default_rng(seed)
    hint, noise, shock = chance.standard_normal((3, symbols, bars))
    lean = np.concatenate([np.zeros((symbols, 1)), hint[:, :-1]], axis=1)
    close = 100.0 * np.exp(np.cumsum(0.005 * (shock + edge * lean), axis=1))
    opens = np.concatenate([np.full((symbols, 1), 100.0), close[:, :-1]], axis=1)
    high, low = np.maximum(opens, close) * 1.0005, np.minimum(opens, close) * 0.9995
    volume = np.ones((symbols, bars))
    names = tuple(f"S{row}USDT" for row in range(symbols))
    times = np.arange(bars, dtype=np.int64) * HOUR_MS
    history = CandleHistory(names, HOUR_MS, times, opens, high, low, close, volume, volume)
    return history, np.stack([hint, noise])


def trained(history, values, config=SMALL):
    lessons = lessons_from(history, ("hint", "noise"), values, config)
    windows = windows_of(config, HOUR_MS)
    return train(lessons, history.open_time_ms.size, windows, config, lambda _done, _total: None)


def test_a_planted_lean_is_learnt_and_passes_the_gate():
    made = trained(*a_market())

    assert made.evidence.faults() == ()
    assert made.evidence.accuracy > 0.53
    assert made.gain[0] > 0.6
    assert sum(made.gain) == pytest.approx(1.0)


def test_noise_stays_in_shadow():
    made = trained(*a_market(edge=0.0))

    assert made.evidence.faults()
    assert 0.45 < made.evidence.accuracy < 0.55


def test_the_same_data_and_seed_give_the_same_model_bit_for_bit():
    history, values = a_market(bars=2_500)

    first, second = trained(history, values), trained(history, values)

    assert first == second


def test_only_a_feature_that_knows_something_is_worth_much_more_than_noise():
    importance = trained(*a_market()).importance

    assert importance.rise[0] > 5 * max(importance.noise, *map(abs, importance.rise[1:]))
    assert importance.folds == 3


@pytest.mark.parametrize(("noise", "weak"), [(0.002, (False, True, True)), (-0.5, (False, False, True))])
def test_worth_no_more_than_noise_is_weak_and_so_is_what_does_harm(noise, weak):
    assert Importance((0.01, 0.002, -0.01), (0, 1, 2), noise, 3).weak() == weak


def test_features_alike_are_shuffled_together():
    history, values = a_market()
    twins = np.stack([values[0], -values[0], values[1]])
    lessons = lessons_from(history, ("hint", "mirror", "noise"), twins, SMALL)
    folds = walk_forward(history.open_time_ms.size, windows_of(SMALL, HOUR_MS))

    importance = importance_of(lessons, folds, SMALL)

    assert importance.cluster == (0, 0, 1)
    assert importance.rise[0] == importance.rise[1] > 5 * importance.noise


def test_without_a_tested_fold_importance_is_not_known():
    history, values = a_market(bars=300)

    assert importance_of(lessons_from(history, ("hint", "noise"), values, SMALL), (), SMALL) is None


def test_isotonic_takes_five_thousand_outcomes():
    isotonic = SMALL.model_copy(update={"calibration": "isotonic"})

    with pytest.raises(DataError, match=r"isotonic needs 5,000 outcomes"):
        trained(*a_market(), isotonic)
    made = trained(*a_market(bars=9_000, symbols=6), isotonic)

    assert isinstance(made.calibration, Isotonic)
    assert made.evidence.faults() == ()


def test_lessons_leave_out_rows_with_a_missing_feature_and_are_in_the_order_of_time():
    history, values = a_market(bars=300)
    values[1, 0, 100:150] = np.nan

    lessons = lessons_from(history, ("hint", "noise"), values, SMALL)

    assert np.isfinite(lessons.rows).all()
    assert (np.diff(lessons.bar) >= 0).all()
    assert ((lessons.bar >= 100) & (lessons.bar < 150)).sum() == 50
    assert (lessons.known_at > lessons.bar).all()
    assert (lessons.known_at <= lessons.bar + 4).all()
    assert (lessons.weight > 0).all()


def test_the_future_of_a_row_changes_neither_its_features_nor_its_label():
    history, values = a_market(bars=300)
    before = lessons_from(history, ("hint", "noise"), values, SMALL)
    for column in (history.open, history.high, history.low, history.close):
        column[:, 200:] *= 7.0

    after = lessons_from(history, ("hint", "noise"), values, SMALL)

    known = before.known_at < 200
    same = after.known_at < 200
    assert np.array_equal(before.rows[known], after.rows[same])
    assert np.array_equal(before.hit[known], after.hit[same])


def test_too_short_a_history_is_refused():
    with pytest.raises(DataError, match="observed 1000 bars, allowed at least 1920"):
        trained(*a_market(bars=1_000))


def test_a_history_without_labels_at_its_end_is_refused():
    history, values = a_market(bars=2_500)
    values[:, :, 500:] = np.nan

    with pytest.raises(DataError, match="too few labelled rows"):
        trained(history, values)


def test_the_embargo_is_a_horizon_or_a_hundredth_of_what_is_learnt_from():
    assert windows_of(SMALL, HOUR_MS).embargo == 15
    assert windows_of(SMALL.model_copy(update={"horizon_hours": 24.0}), HOUR_MS).embargo == 24
