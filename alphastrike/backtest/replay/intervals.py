"""Intervals and tests over episodes, each episode one block.

Sources: Hall (1988), "On symmetric bootstrap confidence intervals", for the studentised bootstrap; Benjamini
and Hochberg (1995); White (2000), "A Reality Check for Data Snooping", in Hansen's (2005) studentised form.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, Integers


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over episodes. `low`, `high`, `p` are None where episodes are too few to tell anything.

    `p` is two-sided against zero; `q` is `p` after Benjamini and Hochberg over everything it was tested with.
    """

    mean: float
    episodes: int
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None


def means_by_episode(values: Floats, episodes: Integers) -> Floats:
    """(decisions, ...) values to the mean of each episode, (episodes, ...); `episodes` count from 0."""
    sums = np.zeros((int(episodes.max(initial=-1)) + 1, *values.shape[1:]))
    np.add.at(sums, episodes, values)
    counts = np.bincount(episodes, minlength=sums.shape[0])
    means: Floats = sums / counts.reshape(-1, *([1] * (values.ndim - 1)))
    return means


class EpisodeBootstrap:
    """Resamples of episodes, the same for everything compared: `table` is (episodes, columns)."""

    def __init__(self, table: Floats, draws: int, chance: np.random.Generator) -> None:
        """Draw the resamples."""
        episodes = table.shape[0]
        self.episodes = episodes
        self.means = table.mean(axis=0)
        self._errors = table.std(axis=0, ddof=1) / np.sqrt(episodes)
        picked = chance.integers(0, episodes, (draws, episodes))
        weights = np.zeros((draws, episodes))
        np.add.at(weights, (np.arange(draws)[:, None], picked), 1.0)
        drawn = weights @ table / episodes
        squares = weights @ (table - self.means) ** 2 / episodes
        spread = np.maximum(squares - (drawn - self.means) ** 2, 0.0) * episodes / (episodes - 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            self._t = (drawn - self.means) / np.sqrt(spread / episodes)

    def estimates(self, confidence: float) -> tuple[Estimate, ...]:
        """One a column, with symmetric studentised intervals."""
        p_values = np.array([self._p(column) for column in range(self.means.size)])
        adjusted = false_discovery(p_values)
        return tuple(
            Estimate(
                float(self.means[column]),
                self.episodes,
                *self._interval(column, confidence),
                p=float(p_values[column]),
                q=float(adjusted[column]),
            )
            for column in range(self.means.size)
        )

    def best_is_chance(self) -> float:
        """How often the best of the columns would look this good if none were better than zero."""
        moving = np.flatnonzero(self._errors > 0.0)
        if moving.size == 0:
            return 1.0
        best = float(np.max(self.means[moving] / self._errors[moving]))
        drawn = np.nan_to_num(self._t[:, moving], nan=0.0, posinf=np.inf, neginf=-np.inf).max(axis=1)
        return float((1 + np.count_nonzero(drawn >= best)) / (1 + drawn.size))

    def _known(self, column: int) -> Floats:
        drawn = self._t[:, column]
        known: Floats = drawn[np.isfinite(drawn)]
        return known

    def _interval(self, column: int, confidence: float) -> tuple[float, float]:
        mean, error = float(self.means[column]), float(self._errors[column])
        known = self._known(column)
        if error == 0.0 or known.size == 0:
            return mean, mean
        # Equal tails come from the few resamples on either side, which heavy tails make too narrow.
        reach = float(np.quantile(np.abs(known), confidence)) * error
        return mean - reach, mean + reach

    def _p(self, column: int) -> float:
        error = float(self._errors[column])
        if error == 0.0:
            return 1.0 if self.means[column] == 0.0 else 0.0
        known = np.abs(self._known(column))
        reached = np.count_nonzero(known >= abs(float(self.means[column])) / error)
        return float((1 + reached) / (1 + known.size))


def false_discovery(p_values: Floats) -> Floats:
    """Benjamini and Hochberg's adjusted p values, in the order given."""
    count = p_values.size
    order = np.argsort(p_values)
    scaled = p_values[order] * count / np.arange(1, count + 1)
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return adjusted


def expected_shortfall(values: NDArray[np.float64], share: float = 0.05) -> float:
    """Mean of the worst `share` of the values, of at least one; NaN without values."""
    if values.size == 0:
        return float("nan")
    worst = np.sort(values)[: max(1, int(np.ceil(share * values.size)))]
    return float(worst.mean())
