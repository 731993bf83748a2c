"""Boosted trees over whole columns: every split asked of many bars at once, no branch to guess.

A tree's leaves are bits of one number, left to right. A split that sends a bar to the right clears the
leaves on its left; when all splits were asked, the lowest bit left is the bar's leaf. Source: Lucchese
et al., "QuickScorer: a fast algorithm to rank documents with additive ensembles of regression trees",
SIGIR 2015, here with one bar a lane. Leaves are summed in the order of the trees, as LightGBM does, so
the sum has the same bits.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.numerics.bits import lowest_bit
from alphastrike.numerics.compiled import compiled

MOST_LEAVES = 64  # bits of the number
_EVERY = np.uint64(2**64 - 1)
_LANES = 64  # bars asked at once: their values stay in the processor's nearest memory
_FEW = 12  # so few bars are quicker led down the trees one by one


class Trees(NamedTuple):
    """A model's trees, one after the other.

    Per split: `column` of the model, `threshold` (a value at or below it goes left), `keep` (the leaves
    left when it goes right), and `left` and `right`, the next split of the same tree or, below 0, leaf
    -1 - place. `first` (trees + 1,) is where each tree's splits begin, `leaves` (trees, most leaves)
    holds log-odds from left to right.
    """

    column: Integers
    threshold: Floats
    keep: NDArray[np.uint64]
    left: Integers
    right: Integers
    first: Integers
    leaves: Floats


@compiled
def predict(values: Floats, columns: Integers, speaks: Any, trees: Trees, probability: Floats) -> None:
    """Write the raw probability of every cell that `speaks` (symbols, bars); the others are left alone.

    `values` is (features, symbols, bars), `columns` says which feature each column of the model is.
    """
    bars = values.shape[2]
    tile = np.zeros((columns.size, _LANES))
    alive = np.empty(_LANES, np.uint64)
    total = np.empty(_LANES)
    for s in range(values.shape[1]):
        for begin in range(0, bars, _LANES):
            end = min(begin + _LANES, bars)
            speaking = 0
            for t in range(begin, end):
                speaking += speaks[s, t]
            if speaking == 0:
                continue
            if speaking <= _FEW:
                for t in range(begin, end):
                    if speaks[s, t]:
                        probability[s, t] = _chance(_walk(values, columns, s, t, trees))
                continue
            for c in range(columns.size):
                tile[c, : end - begin] = values[columns[c], s, begin:end]
            _ask(tile, trees, alive, total)
            for t in range(begin, end):
                if speaks[s, t]:
                    probability[s, t] = _chance(total[t - begin])


@compiled
def _ask(tile: Floats, trees: Trees, alive: Any, total: Floats) -> None:
    """Log-odds of a tile's bars, (columns, lanes), into `total`."""
    for lane in range(_LANES):
        total[lane] = 0.0
    for tree in range(trees.first.size - 1):
        for lane in range(_LANES):
            alive[lane] = _EVERY
        for split in range(trees.first[tree], trees.first[tree + 1]):
            column = tile[trees.column[split]]
            threshold = trees.threshold[split]
            keep = trees.keep[split]
            for lane in range(_LANES):
                alive[lane] &= _EVERY if column[lane] <= threshold else keep
        leaves = trees.leaves[tree]
        for lane in range(_LANES):
            total[lane] += leaves[lowest_bit(alive[lane])]


@compiled
def _walk(values: Floats, columns: Integers, s: int, t: int, trees: Trees) -> float:
    """Log-odds of one bar, led from split to split."""
    total = 0.0
    for tree in range(trees.first.size - 1):
        first = trees.first[tree]
        split = 0 if trees.first[tree + 1] > first else -1
        while split >= 0:
            node = first + split
            goes_left = values[columns[trees.column[node]], s, t] <= trees.threshold[node]
            split = trees.left[node] if goes_left else trees.right[node]
        total += trees.leaves[tree, -1 - split]
    return total


@compiled
def _chance(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
