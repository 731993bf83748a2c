"""How much of a bar's volume was bought, told from the size of its move alone."""

import math
from typing import Any

from alphastrike.numerics.compiled import compiled_without_allocation
from alphastrike.numerics.smoothing import EWMA_WIDTH
from alphastrike.numerics.standardized_change import deviation_step

BULK_WIDTH = 1 + EWMA_WIDTH


@compiled_without_allocation
def bulk_step(row: Any, at: int, decay: float, warm: int, close: float) -> float:
    """Bought less sold share of the volume, 2 Phi(change / sigma) - 1, in (-1, 1).

    Bulk volume classification (Easley, Lopez de Prado and O'Hara 2012). Sigma is that of log changes
    through this one, with `decay` per row; NaN before `warm` of them.
    """
    change = math.log(close / row[at])
    row[at] = close
    sigma = deviation_step(row, at + 1, decay, warm, change)
    return math.erf(change / (sigma * math.sqrt(2.0)))
