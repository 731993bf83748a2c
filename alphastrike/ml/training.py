"""Training: labels, walk-forward evidence, and the model made from the latest history."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import CandleHistory, Floats, Integers
from alphastrike.domain.errors import DataError
from alphastrike.domain.intervals import DAY_MS, bars_in
from alphastrike.ml.calibration import Platt, Prior, fit_platt
from alphastrike.ml.config import TrainingConfig
from alphastrike.ml.evidence import Evidence, out_of_sample
from alphastrike.ml.kernel_labels import UP, VOID, bar_volatility, triple_barrier, uniqueness
from alphastrike.ml.loading import lightgbm_library
from alphastrike.ml.splits import Fold, Windows, last_fold, walk_forward

_VOLATILITY_HOURS = 24.0
_LARGEST_MOVE = 2.0  # a label's move counts at most this many times the mean one
_OLDEST_SHARE = 0.5  # weight of the oldest row against the newest
_LEAST_ROWS = 200
# A month's share of rises is the month's drift, and no property of a model: known to about six points,
# it would cost more than a good model knows. So the intercept stays where it is without that month.
_BELIEF = Prior(slope=0.5, slope_spread=0.5, intercept_spread=0.01)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Lessons:
    """Rows in the order of time: features, whether the price rose, and what the row is worth.

    `bar` decided, `known_at` is the bar at which the label was known.
    """

    features: tuple[str, ...]
    rows: Floats
    hit: NDArray[np.bool_]
    weight: Floats
    bar: Integers
    known_at: Integers


@dataclass(frozen=True, slots=True)
class Trained:
    """A model's text, how to read its probabilities, what it showed, and what it was made from."""

    text: str
    calibration: Platt
    evidence: Evidence
    fold: Fold
    gain: tuple[float, ...]
    rows: int


def lessons_from(
    history: CandleHistory, features: tuple[str, ...], values: Floats, config: TrainingConfig
) -> Lessons:
    """Label every bar of every symbol; `values` is (features, symbols, bars).

    A row needs every feature, a label, and its price path without a gap.
    """
    horizon = bars_in(config.horizon_hours, history.interval_ms)
    half_life = float(bars_in(_VOLATILITY_HOURS, history.interval_ms))
    parts = []
    for s in range(len(history.symbols)):
        prices = tuple(getattr(history, name)[s] for name in ("open", "high", "low", "close"))
        volatility = bar_volatility(prices[3], half_life)
        label, known_at, move = triple_barrier(prices, volatility, horizon, config.barrier_sigmas)
        table = values[:, s, :].T
        usable = np.flatnonzero((label != VOID) & np.isfinite(table).all(axis=1))
        size = np.abs(move[usable])
        typical = float(size.mean()) if usable.size else 1.0
        worth = uniqueness(known_at)[usable] * np.minimum(size / typical, _LARGEST_MOVE)
        parts.append((usable, np.full(usable.size, s), table[usable], label[usable] == UP, worth, known_at))
    bar = np.concatenate([part[0] for part in parts])
    order = np.lexsort((np.concatenate([part[1] for part in parts]), bar))
    return Lessons(
        features=features,
        rows=np.concatenate([part[2] for part in parts])[order],
        hit=np.concatenate([part[3] for part in parts])[order],
        weight=np.concatenate([part[4] for part in parts])[order],
        bar=bar[order],
        known_at=np.concatenate([part[5][part[0]] for part in parts])[order],
    )


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
        booster, platt = made
        spoken[tested] = _raw(booster, lessons.rows[tested])
        said[tested] = platt.probabilities(spoken[tested])
    report(len(folds), len(folds) + 1)
    latest = last_fold(bars, windows)
    made = _fitted(lessons, latest, config, spoken)
    if made is None:
        raise DataError(
            f"training: observed too few labelled rows in the last {windows.train + windows.calibrate} bars, "
            f"allowed at least {_LEAST_ROWS} of both outcomes to learn from; look for gaps with `data verify`"
        )
    booster, platt = made
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
    return Trained(booster.model_to_string(), platt, evidence, latest, shares, rows)


def parameters_of(config: TrainingConfig) -> dict[str, Any]:
    """LightGBM's settings: the same data give the same trees, bit for bit, on one machine and version."""
    return {
        "objective": "binary",
        "num_leaves": config.leaves,
        "min_data_in_leaf": config.min_rows_per_leaf,
        "learning_rate": config.learning_rate,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "max_bin": 63,
        "seed": config.seed,
        "bagging_seed": config.seed,
        "feature_fraction_seed": config.seed,
        "data_random_seed": config.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }


def _fitted(lessons: Lessons, fold: Fold, config: TrainingConfig, spoken: Floats) -> tuple[Any, Platt] | None:
    """A booster of the fold's training rows, calibrated on the rows after them; None: too few.

    `spoken` are the raw probabilities of earlier folds' models on rows they never saw, NaN for none: those
    known before the calibration stretch begins are calibrated on too, for a month alone tells little.
    """
    learnt = fold.training_rows(lessons.bar, lessons.known_at)
    kept = fold.calibration_rows(lessons.bar, lessons.known_at)
    if min(lessons.hit[learnt].sum(), (~lessons.hit[learnt]).sum()) < _LEAST_ROWS or not kept.any():
        return None
    lightgbm = lightgbm_library()
    age = (lessons.bar[learnt] - fold.train.start) / max(len(fold.train), 1)
    weight = lessons.weight[learnt] * (_OLDEST_SHARE + (1.0 - _OLDEST_SHARE) * age)
    data = lightgbm.Dataset(
        lessons.rows[learnt],
        label=lessons.hit[learnt].astype(np.float64),
        weight=weight / weight.mean(),
        feature_name=list(lessons.features),
        params={"verbosity": -1},
    )
    booster = lightgbm.train(parameters_of(config), data, num_boost_round=config.trees)
    earlier = np.isfinite(spoken) & (lessons.known_at < fold.calibrate.start)
    raw = np.concatenate((_raw(booster, lessons.rows[kept]), spoken[earlier]))
    hit = np.concatenate((lessons.hit[kept], lessons.hit[earlier]))
    weight = np.concatenate((lessons.weight[kept], lessons.weight[earlier]))
    return booster, fit_platt(raw, hit, weight, _BELIEF)


def _raw(booster: Any, rows: Floats) -> Floats:
    predicted: Floats = booster.predict(rows, num_threads=1)
    return predicted
