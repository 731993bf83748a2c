"""Triple-barrier labels and how much each of them is worth, one symbol at a time."""

import math

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.numerics.compiled import compiled

VOID, DOWN, UP = -1, 0, 1


@compiled
def bar_volatility(close: Floats, half_life: float) -> Floats:
    """Root of the exponentially weighted mean square log return, a fraction per bar; causal.

    NaN until three half-lives of unbroken closes; a missing close starts it afresh.
    """
    out = np.full(close.size, math.nan)
    keep = 2.0 ** (-1.0 / half_life)
    total, weight, known = 0.0, 0.0, 0
    for t in range(1, close.size):
        change = math.log(close[t] / close[t - 1])
        if not abs(change) < math.inf:
            total, weight, known = 0.0, 0.0, 0
            continue
        total = keep * total + change * change
        weight = keep * weight + 1.0
        known += 1
        if known >= 3.0 * half_life and total > 0.0:
            out[t] = math.sqrt(total / weight)
    return out


@compiled
def triple_barrier(
    prices: tuple[Floats, Floats, Floats, Floats], volatility: Floats, horizon: int, width: float
) -> tuple[NDArray[np.int8], Integers, Floats]:
    """Labels (up 1, down 0, void -1), the bar each is known at, and the log return it stands for.

    `prices` are open, high, low, close. A decision at the close of bar t enters at the open of
    t + 1; barriers lie `width` x volatility x sqrt(horizon) above and below in log price, and the
    close of t + `horizon` ends it. A bar that touches both counts as the lower one: the stop first.
    Void: unknown volatility, a missing bar on the way, the data's end, or no movement at all.
    Lopez de Prado, "Advances in Financial Machine Learning" (2018), chapter 3.
    """
    opens, highs, lows, closes = prices
    size = closes.size
    label = np.full(size, VOID, dtype=np.int8)
    known_at = np.full(size, -1, dtype=np.int64)
    result = np.full(size, math.nan)
    for t in range(size - horizon):
        entry = opens[t + 1]
        reach = width * volatility[t] * math.sqrt(horizon)
        if not (entry > 0.0 and reach > 0.0):
            continue
        upper, lower = entry * math.exp(reach), entry * math.exp(-reach)
        for i in range(t + 1, t + horizon + 1):
            if not closes[i] > 0.0:
                break
            if lows[i] <= lower:
                label[t], known_at[t], result[t] = DOWN, i, -reach
                break
            if highs[i] >= upper:
                label[t], known_at[t], result[t] = UP, i, reach
                break
            if i == t + horizon and closes[i] != entry:
                result[t] = math.log(closes[i] / entry)
                label[t], known_at[t] = (UP if closes[i] > entry else DOWN), i
    return label, known_at, result


@compiled
def uniqueness(known_at: Integers) -> Floats:
    """Mean of 1 / (labels alive) over each label's life, in (0, 1]; 0 where there is none.

    A label of decision t lives over bars t + 1 to `known_at[t]`: Lopez de Prado (2018), chapter 4.
    """
    size = known_at.size
    births = np.zeros(size + 2)
    for t in range(size):
        if known_at[t] > t:
            births[t + 1] += 1.0
            births[known_at[t] + 1] -= 1.0
    shares = np.zeros(size + 1)
    alive = 0.0
    for t in range(size):
        alive += births[t]
        shares[t + 1] = shares[t] + (1.0 / alive if alive > 0.0 else 0.0)
    out = np.zeros(size)
    for t in range(size):
        if known_at[t] > t:
            out[t] = (shares[known_at[t] + 1] - shares[t + 1]) / (known_at[t] - t)
    return out
