"""What a model learns from: features of a bar, and whether the price rose from there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import CandleHistory, Floats, Integers
from alphastrike.domain.intervals import bars_in
from alphastrike.ml.config import TrainingConfig
from alphastrike.ml.kernel_labels import UP, VOID, bar_volatility, triple_barrier, uniqueness
from alphastrike.ml.splits import Fold

_VOLATILITY_HOURS = 24.0
_LARGEST_MOVE = 2.0  # a label's move counts at most this many times the mean one
_OLDEST_SHARE = 0.5  # weight of the oldest row against the newest
LEAST_ROWS = 200


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

    def learnt(self, fold: Fold) -> tuple[NDArray[np.bool_], Floats] | None:
        """The fold's training rows and what each weighs, newer ones more; None: too few to learn from."""
        rows = fold.training_rows(self.bar, self.known_at)
        hit = self.hit[rows]
        if min(hit.sum(), (~hit).sum()) < LEAST_ROWS:
            return None
        age = (self.bar[rows] - fold.train.start) / max(len(fold.train), 1)
        weight = self.weight[rows] * (_OLDEST_SHARE + (1.0 - _OLDEST_SHARE) * age)
        return rows, weight / weight.mean()


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
