"""What a model must show on data it never saw before its word may count."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.ml.scores import (
    ReliabilityBin,
    area_under_curve,
    brier,
    expected_calibration_error,
    reliability,
)

COIN = 0.25  # Brier score of always saying one half
LARGEST_ERROR = 0.03
_LEAST_ROWS = 500
_LEAST_BLOCKS = 20
_RESAMPLES = 400
_LOWER = 0.10  # one-sided 90 %


@dataclass(frozen=True, slots=True)
class Evidence:
    """Out-of-sample record. Lower bounds are one-sided 90 %, from whole blocks of time resampled.

    `skill` is 0.25 less the Brier score: above 0 beats a coin. `blocks` of `block_bars` bars hold
    all symbols at once, so overlapping labels and symbols that move together are not counted twice.
    `reliability` is that of the confidence, the probability given to the likelier side, and how often that
    side came true (Guo et al. 2017): the market's own drift over the test, which is nobody's forecast,
    takes from one side what it adds to the other.
    """

    rows: int
    blocks: int
    block_bars: int
    accuracy: float
    brier: float
    skill_lower: float
    auc: float
    auc_lower: float
    calibration_error: float
    reliability: tuple[ReliabilityBin, ...]

    def faults(self) -> tuple[str, ...]:
        """What keeps the model from voting, each with what is allowed; empty: the gate is passed."""
        found = []
        if self.rows < _LEAST_ROWS or self.blocks < _LEAST_BLOCKS:
            found.append(
                f"rows {self.rows} in {self.blocks} blocks, allowed {_LEAST_ROWS} in {_LEAST_BLOCKS} or more"
            )
        if not self.skill_lower > 0.0:
            found.append(f"brier skill lower bound {self.skill_lower:.5f}, allowed above 0")
        if not self.auc_lower > 0.5:
            found.append(f"auc lower bound {self.auc_lower:.4f}, allowed above 0.5")
        if not self.calibration_error < LARGEST_ERROR:
            found.append(f"calibration error {self.calibration_error:.4f}, allowed below {LARGEST_ERROR}")
        return tuple(found)


def out_of_sample(
    probability: Floats, hit: NDArray[np.bool_], bar: Integers, block_bars: int, chance: np.random.Generator
) -> Evidence:
    """The record of predictions made at decision bars `bar`, none of them on data learnt from."""
    said = probability != 0.5
    right = (probability > 0.5) == hit
    bins = reliability(np.maximum(probability, 1.0 - probability)[said], right[said])
    skill_lower, auc_lower, blocks = _lower_bounds(probability, hit, bar // block_bars, chance)
    return Evidence(
        rows=int(hit.size),
        blocks=blocks,
        block_bars=block_bars,
        accuracy=float(np.mean(right[said])) if said.any() else math.nan,
        brier=brier(probability, hit),
        skill_lower=skill_lower,
        auc=area_under_curve(probability, hit),
        auc_lower=auc_lower,
        calibration_error=expected_calibration_error(bins),
        reliability=bins,
    )


def _lower_bounds(
    probability: Floats, hit: NDArray[np.bool_], block: Integers, chance: np.random.Generator
) -> tuple[float, float, int]:
    """Lower bounds of skill and area: whole blocks are drawn with replacement."""
    _, block = np.unique(block, return_inverse=True)
    blocks = int(block.max()) + 1 if block.size else 0
    if blocks < 2:
        return math.nan, math.nan, blocks
    levels, level = np.unique(probability, return_inverse=True)
    if levels.size > 512:
        level = np.searchsorted(np.quantile(probability, np.arange(1, 512) / 512), probability)
    width = int(level.max()) + 1
    tables = np.zeros((2, blocks, width))
    np.add.at(tables, (hit.astype(np.int64), block, level), 1.0)
    errors = np.bincount(block, weights=(probability - hit) ** 2, minlength=blocks)
    counts = np.bincount(block, minlength=blocks).astype(np.float64)
    draws = chance.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=_RESAMPLES).astype(np.float64)
    skills = COIN - (draws @ errors) / (draws @ counts)
    downs, ups = draws @ tables[0], draws @ tables[1]
    below = np.cumsum(downs, axis=1) - 0.5 * downs
    pairs = ups.sum(axis=1) * downs.sum(axis=1)
    areas = (ups * below).sum(axis=1) / np.where(pairs > 0.0, pairs, np.nan)
    return _quantile(skills), _quantile(areas), blocks


def _quantile(values: Floats) -> float:
    return float(np.quantile(values, _LOWER)) if np.isfinite(values).all() else math.nan
