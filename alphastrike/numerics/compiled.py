"""The one decorator through which a function becomes machine code."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile `function` on first call and cache the machine code on disk.

    Division by zero gives inf or NaN as in numpy, never an exception. Fast-math stays off:
    sums keep their written order, so one row at a time equals a whole array bit for bit.
    With `NUMBA_DISABLE_JIT=1` the same source runs interpreted.
    """
    return cast("F", numba.njit(cache=True, error_model="numpy", nogil=True)(function))
