"""The one decorator through which a function becomes machine code."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

# Nobody hands these functions to C as callbacks, and the wrapper for that is time spent compiling.
_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True}
_WITHOUT_COUNTING: dict[str, Any] = {**_OPTIONS, "_nrt": False}
_INTO_CALLER: dict[str, Any] = {**_WITHOUT_COUNTING, "inline": "always"}


def constant(value: int) -> int:
    """An integer for compiled code to pass on: a plain one would get a version of every callee to itself."""
    return cast("int", np.int64(value))


def compiled(function: F) -> F:
    """Compile `function` on first call and cache the machine code on disk.

    Division by zero gives inf or NaN as in numpy, never an exception. Fast-math stays off:
    sums keep their written order, so one row at a time equals a whole array bit for bit.
    With `NUMBA_DISABLE_JIT=1` the same source runs interpreted.
    """
    return cast("F", numba.njit(**_OPTIONS)(function))


def compiled_without_allocation(function: F) -> F:
    """As `compiled`, for functions that only work on arrays they are given.

    Without allocation there is nothing to count references for, and on bundles of record arrays
    counting them would cost more than the work itself.
    """
    return cast("F", numba.njit(**_WITHOUT_COUNTING)(function))


def compiled_into_caller(function: F) -> F:
    """As `compiled_without_allocation`, copied into the function that calls it.

    For the few steps every bar takes: handing a bundle of arrays to a function costs more than
    such a step.
    """
    return cast("F", numba.njit(**_INTO_CALLER)(function))
