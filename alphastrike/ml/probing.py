"""Permutation importance on test stretches, by models that were given noise beside the features."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.ml.boosting import boosted, raw_of
from alphastrike.ml.config import TrainingConfig
from alphastrike.ml.importance import Importance
from alphastrike.ml.lessons import Lessons
from alphastrike.ml.splits import Fold

NOISE_COLUMNS = 5
ALIKE = 0.7  # features correlated beyond this stand in for one another: they are shuffled together
_SHUFFLES = 3
_PROBES = 6


def importance_of(lessons: Lessons, folds: Sequence[Fold], config: TrainingConfig) -> Importance | None:
    """Ask up to `_PROBES` folds, evenly spread, each by a model that was given noise beside its features.

    Nothing of a test stretch is learnt from: the folds are purged and embargoed. None without a fold
    that can be learnt from and tested.
    """
    chance = np.random.default_rng(config.seed)
    chosen = np.unique(np.linspace(0, len(folds) - 1, min(_PROBES, len(folds))).astype(int))
    groups: Integers | None = None
    rises, weights = [], []
    for fold in (folds[number] for number in chosen[::-1]):
        learnt, tested = lessons.learnt(fold), fold.test_rows(lessons.bar)
        if learnt is None or not tested.any():
            continue
        rows, weight = learnt
        if groups is None:  # of the newest fold, for all of them
            groups = _clusters(lessons.rows[rows])
        names = (*lessons.features, *(f"noise_{number}" for number in range(NOISE_COLUMNS)))
        booster = boosted(names, _with_noise(lessons.rows[rows], chance), lessons.hit[rows], weight, config)
        columns = [np.flatnonzero(groups == group) for group in range(groups.max() + 1)]
        columns += [np.array([len(lessons.features) + number]) for number in range(NOISE_COLUMNS)]
        unseen = _with_noise(lessons.rows[tested], chance)
        rises.append(_rises(booster, (unseen, lessons.hit[tested]), columns, chance))
        weights.append(float(tested.sum()))
    if groups is None or not rises:
        return None
    mean = np.average(rises, axis=0, weights=weights)
    of_feature = mean[groups]
    return Importance(
        tuple(of_feature.tolist()), tuple(groups.tolist()), float(mean[-NOISE_COLUMNS:].max()), len(rises)
    )


def _rises(
    booster: Any,
    unseen: tuple[Floats, NDArray[np.bool_]],
    columns: Sequence[Integers],
    chance: np.random.Generator,
) -> Floats:
    """Mean rise of the log loss over the rows as each group of columns changes places, together."""
    rows, hit = unseen
    whole = _log_loss(raw_of(booster, rows), hit)
    rises = np.zeros(len(columns))
    for number, group in enumerate(columns):
        for _ in range(_SHUFFLES):
            mixed = rows.copy()
            mixed[:, group] = rows[np.ix_(chance.permutation(rows.shape[0]), group)]
            rises[number] += (_log_loss(raw_of(booster, mixed), hit) - whole) / _SHUFFLES
    return rises


def _log_loss(probability: Floats, hit: NDArray[np.bool_]) -> float:
    of_outcome = np.where(hit, probability, 1.0 - probability)
    return float(-np.log(np.maximum(of_outcome, 1e-12)).mean())


def _with_noise(rows: Floats, chance: np.random.Generator) -> Floats:
    """The rows with `NOISE_COLUMNS` more that have nothing to do with anything."""
    return np.hstack((rows, chance.standard_normal((rows.shape[0], NOISE_COLUMNS))))


def _clusters(rows: Floats) -> Integers:
    """A number for each column: columns correlated beyond `ALIKE` either way, or linked by such, share it."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - only training pays

    spread = rows.std(axis=0)
    moving = np.flatnonzero(spread > 0.0)
    linked = np.eye(rows.shape[1], dtype=np.bool_)
    if moving.size > 1:
        linked[np.ix_(moving, moving)] |= np.abs(np.corrcoef(rows[:, moving], rowvar=False)) > ALIKE
    found: Integers = connected_components(linked, directed=False)[1].astype(np.int64)
    return found
