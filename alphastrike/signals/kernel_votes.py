"""Votes and outcomes as bits, one a symbol: what matured and what was right is then a few operations."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled_without_allocation

UP, DOWN = 0, 1
WORD = 64  # symbols a number holds
_STRETCH = 512  # bars packed at a time: what they read and write stays in the nearest cache

Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]


def words_for(symbols: int) -> int:
    """How many numbers hold a bit for each symbol."""
    return -(-symbols // WORD)


@compiled_without_allocation
def bit_of(symbol: int) -> Any:
    """The bit of a symbol in its word."""
    return np.uint64(1) << np.uint64(symbol % WORD)


@compiled_without_allocation
def pack_votes(
    opens: Floats, closes: Floats, votes: Floats, min_vote: float, there: Bits, said: Bits
) -> None:
    """Votes (signals, symbols, bars) of at least `min_vote` into `said` (signals, UP/DOWN, words, bars).

    Neither bit is set for a vote that is NaN, too small or beyond 1, or where there is no candle. `said`
    and `there` (symbols, bars), which is scratch, come as zeros.
    """
    signals, symbols, bars = votes.shape
    for s in range(symbols):
        for t in range(bars):
            if math.isfinite(closes[s, t]) and math.isfinite(opens[s, t]):
                there[s, t] = bit_of(s)
    nothing = np.uint64(0)
    for begin in range(0, bars, _STRETCH):
        end = min(begin + _STRETCH, bars)
        for k in range(signals):
            for s in range(symbols):
                voted = votes[k, s, begin:end]
                own = there[s, begin:end]
                rises = said[k, UP, s // WORD, begin:end]
                falls = said[k, DOWN, s // WORD, begin:end]
                for t in range(voted.size):
                    vote = voted[t]
                    rises[t] |= own[t] if (vote >= min_vote) & (vote <= 1.0) else nothing
                for t in range(voted.size):
                    vote = voted[t]
                    falls[t] |= own[t] if (vote <= -min_vote) & (vote >= -1.0) else nothing


@compiled_without_allocation
def note_regimes(regimes: Any, t: int, told: Bits) -> None:
    """Set the bit of each symbol in the row of its regime at bar t; `told` is (regimes, words)."""
    told[:] = np.uint64(0)
    for s in range(regimes.shape[0]):
        told[regimes[s, t], s // WORD] |= bit_of(s)
