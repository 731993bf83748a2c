"""Any real number into (-1, 1), element by element."""

import math

import numpy as np
from numpy.typing import NDArray

from alphastrike.numerics.compiled import compiled, compiled_into_caller, compiled_without_allocation

_LANES = 256
_ENOUGH = 80.0  # e^-80 is nothing beside 1
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # ln 2 in two parts
_SHIFTER = 1.5 * 2.0**52
_BIAS, _MANTISSA = 1023, 52  # of a double's exponent; bits behind it
_INVERSE_FACTORIALS = tuple(1.0 / math.factorial(power) for power in range(14))


def squash(values: NDArray[np.float64], scale: float = 1.0) -> NDArray[np.float64]:
    """tanh(scale * values) in the shape of `values`; NaN and infinity give NaN.

    Compiled: numpy's own tanh may use another code path at another length, and then one row at a
    time would not equal the whole array.
    """
    out = np.empty(values.shape)
    _squash(values.ravel(), scale, out.reshape(-1))
    return out


def where_known(votes: NDArray[np.float64], *inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """`votes` where every input is a finite number and the vote itself in [-1, 1]; NaN elsewhere."""
    out = np.empty(votes.shape)
    _keep_known(votes.ravel(), tuple(values.ravel() for values in inputs or (votes,)), out.reshape(-1))
    return out


@compiled_without_allocation
def _keep_known(
    votes: NDArray[np.float64], inputs: tuple[NDArray[np.float64], ...], out: NDArray[np.float64]
) -> None:
    for i in range(votes.size):
        out[i] = votes[i] if abs(votes[i]) <= 1.0 else math.nan
    for values in inputs:
        for i in range(values.size):
            out[i] = out[i] if math.isfinite(values[i]) else math.nan


@compiled
def _squash(values: NDArray[np.float64], scale: float, out: NDArray[np.float64]) -> None:
    """Tanh by one exponential e^-a, a = 2 |scale value|; off by at most 3e-16.

    The exponential is spelt out, so that several elements are computed at once and each has the same
    bits wherever it stands: e^-a = 2^k e^r with |r| <= ln 2 / 2, e^r by its series to r^13. Adding
    `_SHIFTER` leaves the whole number k in a float's lowest bits, from where it becomes the exponent.
    """
    bits = np.empty(_LANES, np.int64)
    power = bits.view(np.float64)
    rest = np.empty(_LANES)
    for begin in range(0, values.shape[0], _LANES):
        given = values[begin : begin + _LANES]
        said = out[begin : begin + _LANES]
        for i in range(given.shape[0]):
            size = 2.0 * abs(scale * given[i])
            size = min(_ENOUGH, size)
            k = math.floor(0.5 - size * _LOG2_E)
            rest[i] = (-size - k * _LN2_HIGH) - k * _LN2_LOW
            power[i] = k + _SHIFTER
        for i in range(given.shape[0]):
            bits[i] = (bits[i] + _BIAS) << _MANTISSA
        for i in range(given.shape[0]):
            fade = power[i] * _series(rest[i])
            value = scale * given[i]
            size = (1.0 - fade) / (1.0 + fade)
            size = size if value >= 0.0 else -size
            said[i] = size if abs(value) < math.inf else math.nan


@compiled_into_caller
def _series(r: float) -> float:
    """e^r for |r| <= ln 2 / 2."""
    p = _INVERSE_FACTORIALS[13]
    p = p * r + _INVERSE_FACTORIALS[12]
    p = p * r + _INVERSE_FACTORIALS[11]
    p = p * r + _INVERSE_FACTORIALS[10]
    p = p * r + _INVERSE_FACTORIALS[9]
    p = p * r + _INVERSE_FACTORIALS[8]
    p = p * r + _INVERSE_FACTORIALS[7]
    p = p * r + _INVERSE_FACTORIALS[6]
    p = p * r + _INVERSE_FACTORIALS[5]
    p = p * r + _INVERSE_FACTORIALS[4]
    p = p * r + _INVERSE_FACTORIALS[3]
    p = p * r + _INVERSE_FACTORIALS[2]
    p = p * r + 1.0
    return p * r + 1.0
