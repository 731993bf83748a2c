"""What bytes of arrays mean: two states can be exchanged when this is the same."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def layout_of(arrays: Iterable[NDArray[Any]]) -> str:
    """SHA-256 (hex) of the types, field names and shapes of these arrays, in order."""
    said = [(np.lib.format.dtype_to_descr(array.dtype), array.shape) for array in arrays]
    return hashlib.sha256(repr(said).encode()).hexdigest()
