"""Training: labels, walk-forward evidence, and the model made from the latest history."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.domain.errors import DataError
from alphastrike.domain.intervals import DAY_MS, bars_in
from alphastrike.ml.boosting import boosted, raw_of
from alphastrike.ml.calibration import Prior, fit_platt
from alphastrike.ml.config import TrainingConfig
from alphastrike.ml.evidence import Evidence, out_of_sample
from alphastrike.ml.importance import Importance
from alphastrike.ml.isotonic import LEAST_OUTCOMES, Isotonic, fit_isotonic
from alphastrike.ml.lessons import LEAST_ROWS, Lessons
from alphastrike.ml.probing import importance_of
from alphastrike.ml.record import Calibration
from alphastrike.ml.splits import Fold, Windows, last_fold, walk_forward

# A month's share of rises is the month's drift, and no property of a model: known to about six points,
# it would cost more than a good model knows. So the intercept stays where it is without that month.
_BELIEF = Prior(slope=0.5, slope_spread=0.5, intercept_spread=0.01)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model's text, how to read its probabilities, what it showed, and what it was made from."""

    text: str
    calibration: Calibration
    evidence: Evidence
    fold: Fold
    gain: tuple[float, ...]
    rows: int
    importance: Importance | None


def windows_of(config: TrainingConfig, interval_ms: int) -> Windows:
    """The walk in bars; the embargo is a horizon, or a hundredth of what is learnt from if longer."""
    train, calibrate, test = (
        bars_in(days * DAY_MS / 3_600_000, interval_ms)
        for days in (config.train_days, config.calibrate_days, config.test_days)
    )
    embargo = max(bars_in(config.horizon_hours, interval_ms), -(-train // 100))
    return Windows(train=train, calibrate=calibrate, test=test, step=test, embargo=embargo)


def train(lessons: Lessons, bars: int, windows: Windows, config: TrainingConfig, report: Progress) -> Trained:
    """Judge the recipe on every walk-forward fold, then make the model of the latest stretch.

    The evidence is the recipe's: each fold's model has seen nothing of what it is judged on. Models are
    calibrated on their own stretch and on what the folds before said of theirs, tests long over.
    `DataError` when the history is too short for one model.
    """
    if bars < windows.train + windows.calibrate:
        raise DataError(
            f"training: observed {bars} bars, allowed at least {windows.train + windows.calibrate}; "
            "use a longer history, or shorten ml.training.train_days"
        )
    folds = walk_forward(bars, windows)
    spoken, said = np.full((2, lessons.bar.size), np.nan)  # out of sample: raw, and calibrated
    for done, fold in enumerate(folds):
        report(done, len(folds) + 1)
        tested = fold.test_rows(lessons.bar)
        made = _fitted(lessons, fold, config, spoken)
        if made is None or not tested.any():
            continue
        booster, calibration = made
        spoken[tested] = raw_of(booster, lessons.rows[tested])
        said[tested] = calibration.probabilities(spoken[tested])
    report(len(folds), len(folds) + 1)
    importance = importance_of(lessons, folds, config)
    latest = last_fold(bars, windows)
    made = _fitted(lessons, latest, config, spoken)
    if made is None:
        raise DataError(
            f"training: observed too few labelled rows in the last {windows.train + windows.calibrate} bars, "
            f"allowed at least {LEAST_ROWS} of both outcomes to learn from; look for gaps with `data verify`"
        )
    booster, calibration = made
    if config.calibration == "isotonic" and not isinstance(calibration, Isotonic):
        raise DataError(
            f"ml.training.calibration: isotonic needs {LEAST_OUTCOMES:,.0f} outcomes that do not overlap; "
            "use a longer history or more symbols, or platt"
        )
    judged = np.isfinite(said)
    evidence = out_of_sample(
        said[judged],
        lessons.hit[judged],
        lessons.bar[judged],
        2 * windows.embargo,
        np.random.default_rng(config.seed),
    )
    report(len(folds) + 1, len(folds) + 1)
    gain = booster.feature_importance("gain")
    shares = tuple(float(part) for part in gain / max(float(gain.sum()), 1e-300))
    rows = int(latest.training_rows(lessons.bar, lessons.known_at).sum())
    return Trained(booster.model_to_string(), calibration, evidence, latest, shares, rows, importance)


def _fitted(
    lessons: Lessons, fold: Fold, config: TrainingConfig, spoken: Floats
) -> tuple[Any, Calibration] | None:
    """A booster of the fold's training rows, calibrated on the rows after them; None: too few.

    `spoken` are the raw probabilities of earlier folds' models on rows they never saw, NaN for none: those
    known before the calibration stretch begins are calibrated on too, for a month alone tells little.
    """
    learnt = lessons.learnt(fold)
    kept = fold.calibration_rows(lessons.bar, lessons.known_at)
    if learnt is None or not kept.any():
        return None
    rows, weight = learnt
    booster = boosted(lessons.features, lessons.rows[rows], lessons.hit[rows], weight, config)
    earlier = np.isfinite(spoken) & (lessons.known_at < fold.calibrate.start)
    raw = np.concatenate((raw_of(booster, lessons.rows[kept]), spoken[earlier]))
    hit = np.concatenate((lessons.hit[kept], lessons.hit[earlier]))
    outcomes = np.concatenate((lessons.weight[kept], lessons.weight[earlier]))
    if config.calibration == "isotonic" and outcomes.sum() >= LEAST_OUTCOMES:
        return booster, fit_isotonic(raw, hit, outcomes)
    return booster, fit_platt(raw, hit, outcomes, _BELIEF)
