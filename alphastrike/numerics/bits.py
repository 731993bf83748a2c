"""Bits of whole numbers, for compiled and interpreted code alike."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, overload


def lowest_bit(number: Any) -> int:
    """Place of the lowest set bit of an unsigned 64-bit number, from 0; undefined for 0."""
    whole = int(number)
    return (whole & -whole).bit_length() - 1


def count_bits(number: Any) -> int:
    """How many bits of an unsigned 64-bit number are set."""
    return int(number).bit_count()


def _zeros(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
    return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))


def _ones(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
    return builder.ctpop(arguments[0])


@intrinsic  # type: ignore[misc, untyped-decorator, unused-ignore]
def _trailing_zeros(context: Any, number: Any) -> tuple[Any, Any]:  # noqa: ARG001
    return types.int64(types.uint64), _zeros


@intrinsic  # type: ignore[misc, untyped-decorator, unused-ignore]
def _population(context: Any, number: Any) -> tuple[Any, Any]:  # noqa: ARG001
    return types.int64(types.uint64), _ones


@overload(lowest_bit, strict=False)  # type: ignore[misc, untyped-decorator, unused-ignore]
def _compiled_lowest_bit(number: Any) -> Callable[[Any], int]:  # noqa: ARG001
    def compiled(number: Any) -> int:
        return _trailing_zeros(number)  # type: ignore[call-arg, unused-ignore]

    return compiled


@overload(count_bits, strict=False)  # type: ignore[misc, untyped-decorator, unused-ignore]
def _compiled_count_bits(number: Any) -> Callable[[Any], int]:  # noqa: ARG001
    def compiled(number: Any) -> int:
        return _population(number)  # type: ignore[call-arg, unused-ignore]

    return compiled
