"""From whole lots to base units without rounding noise."""

from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alphastrike.domain.blocks import Floats
from alphastrike.domain.instruments import UnifiedInstrument


def base_quantity(lots: ArrayLike, symbol: ArrayLike, instruments: tuple[UnifiedInstrument, ...]) -> Floats:
    """`lots` times the quantity step of each row's symbol index: the float64 nearest to the exact decimal.

    One integer product and one division by a power of ten round once, so that 3 lots of 0.001 are
    0.003 and not 0.0030000000000000005.
    """
    scaled = [_scaled(instrument.quantity_step) for instrument in instruments]
    numerator = np.array([whole for whole, _ in scaled], dtype=np.int64)
    denominator = np.array([10.0**places for _, places in scaled])
    row = np.asarray(symbol)
    whole: NDArray[np.int64] = np.asarray(lots, dtype=np.int64) * numerator[row]
    return np.asarray(whole / denominator[row], dtype=np.float64)


def _scaled(step: Decimal) -> tuple[int, int]:
    exponent = step.normalize().as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return int(step * 10**places), places
