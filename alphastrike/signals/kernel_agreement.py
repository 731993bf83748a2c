"""How alike the signals vote: clones of one idea must not count as many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled_without_allocation

Floats = NDArray[np.float64]

_SHRINK = 0.8  # a fifth of every estimate gives way to "not alike"
_ASSUMED = 10.0  # joint votes at which an estimate counts for half


@compiled_without_allocation
def note_votes(agreement: Floats, signs: Floats, votes: Any, min_vote: float, keep: float) -> None:
    """Fold one row of votes (signals,) into `agreement` (2, signals, signals).

    [0] is the faded sum of sign times sign, [1] how often both spoke. `signs` is scratch.
    """
    count = votes.shape[0]
    for i in range(count):
        vote = votes[i]
        up = (vote >= min_vote) & (vote <= 1.0)
        down = (vote <= -min_vote) & (vote >= -1.0)
        signs[i] = np.int8(up) - np.int8(down)
    for i in range(count):
        own = signs[i]
        spoke = own * own
        for j in range(count):
            other = signs[j]
            agreement[0, i, j] = keep * agreement[0, i, j] + own * other
            agreement[1, i, j] = keep * agreement[1, i, j] + spoke * other * other


@compiled_without_allocation
def likeness(agreement: Floats, i: int, j: int) -> float:
    """Correlation of the signs of two signals' votes where both speak, shrunk towards 0; 1 for i = j."""
    if i == j:
        return 1.0
    return float(_SHRINK * agreement[0, i, j] / (agreement[1, i, j] + _ASSUMED))


@compiled_without_allocation
def note_likenesses(agreement: Floats, alike: Floats) -> None:
    """Every pair's likeness as `voices` reads it, into `alike` (signals, signals)."""
    for i in range(alike.shape[0]):
        for j in range(alike.shape[1]):
            alike[i, j] = max(0.0, likeness(agreement, i, j))


@compiled_without_allocation
def voices(alike: Floats, chosen: Any, count: int, own_share: Floats) -> None:
    """Share of one voice that each of the first `count` signals in `chosen` has: 1 / sum of likenesses.

    Only likeness of the same sign counts; k clones have 1/k each. `alike` is `note_likenesses`'.
    """
    for a in range(count):
        row = alike[chosen[a]]
        total = 0.0
        for b in range(count):
            total += row[chosen[b]]
        own_share[a] = 1.0 / total
