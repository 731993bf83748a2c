"""Any real number into (-1, 1), element by element."""

import math

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled


def squash(values: NDArray[np.float64], scale: float = 1.0) -> NDArray[np.float64]:
    """tanh(scale * values) in the shape of `values`; NaN and infinity give NaN.

    Compiled as a plain loop: numpy's own tanh may use another code path at another length, and
    then one row at a time would not equal the whole array.
    """
    out = np.empty(values.shape)
    _squash(np.ravel(values), scale, out.reshape(-1))
    return out


def where_known(votes: NDArray[np.float64], *inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """`votes` where every input is a finite number and the vote itself in [-1, 1]; NaN elsewhere."""
    known = np.abs(votes) <= 1.0
    for values in inputs:
        known &= np.isfinite(values)
    return np.where(known, votes, np.nan)


@compiled
def _squash(values: NDArray[np.float64], scale: float, out: NDArray[np.float64]) -> None:
    for i in range(values.shape[0]):
        value = values[i]
        if not math.isfinite(value):
            out[i] = math.nan
            continue
        # tanh by one exponential, half the price of the library's; off by at most 3e-16.
        fade = math.exp(-2.0 * abs(scale * value))
        out[i] = math.copysign((1.0 - fade) / (1.0 + fade), scale * value)
