"""Times as files write them, turned into integer milliseconds UTC."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.domain.blocks import Integers
from alphastrike.marketdata.faults import NO_TIME, Fault, FileFault

_WHOLE = re.compile(r"\s*-?\d+\s*")
_PER_MS = {"s": (1_000, 1), "ms": (1, 1), "us": (1, 1_000), "ns": (1, 1_000_000)}
_ISO = "a date and time like 2024-01-31 13:00:00 or 2024-01-31T13:00:00Z (UTC), or whole milliseconds"


def epoch_unit(ts: Integers) -> str | None:
    """Unit of an epoch column by the size of its first number: "s", "ms", "us" or "ns".

    None when it fits no year between 1973 and 5138. Later rows are not consulted: one that
    does not fit is a fault of that row.
    """
    if not len(ts):
        return None
    first = int(ts[0])
    for unit, low in (("ns", 10**17), ("us", 10**14), ("ms", 10**11), ("s", 10**8)):
        if first >= low:
            return unit
    return None


def rescaled(ts: Integers, unit: str) -> Integers:
    """Epoch numbers of `unit` in milliseconds, rounded down; `NO_TIME` stays."""
    multiplier, divisor = _PER_MS[unit]
    if multiplier == divisor:
        return ts
    if divisor > 1:
        return np.where(ts == NO_TIME, ts, ts // divisor)
    most = 2**62 // multiplier
    fits = (ts > -most) & (ts < most)
    return np.where(fits, np.where(fits, ts, 0) * multiplier, NO_TIME)


def instants_ms(path: Path, column: Any, name: str, unit: str = "ms") -> Integers:
    """An Arrow column of numbers, timestamps, dates or text as milliseconds UTC, (rows,) int64.

    `unit` is that of bare numbers. An absent time becomes `NO_TIME`; text that is neither a
    date nor a number is a `DataError` with its row.
    """
    import pyarrow as pa  # noqa: PLC0415

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _from_text(path, column, name, unit)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _integers(column.cast(pa.timestamp("ms"), safe=False).cast(pa.int64()))
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return rescaled(_integers(column if pa.types.is_int64(kind) else column.cast(pa.int64())), unit)
    if pa.types.is_floating(kind):
        numbers = column.to_numpy()
        whole = np.where(np.isfinite(numbers) & (np.abs(numbers) < 2**62), numbers, 0.0).astype(np.int64)
        return rescaled(np.where(whole == numbers, whole, NO_TIME), unit)
    fault = Fault(f"not a time ({kind})", str(column[0]), _ISO, "convert the column", 1, name)
    raise FileFault(path, fault)


def _integers(column: Any) -> Integers:
    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    whole = array.fill_null(NO_TIME) if array.null_count else array
    numbers: Integers = whole.to_numpy(zero_copy_only=False)
    return numbers


def _from_text(path: Path, column: Any, name: str, unit: str) -> Integers:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    try:
        return rescaled(_integers(column.cast(pa.int64())), unit)
    except pa.ArrowInvalid:
        pass
    plain = pc.replace_substring_regex(column, r"\s*(Z|UTC|[+-]00:?00)\s*$", "")
    try:
        return _integers(plain.cast(pa.timestamp("ms")).cast(pa.int64()))
    except pa.ArrowInvalid:
        row = _first_unreadable(column.to_pylist(), plain.to_pylist())
        fault = Fault("not a time", repr(column[row].as_py()), _ISO, "correct that row", row + 1, name)
        raise FileFault(path, fault) from None


def _first_unreadable(texts: list[str | None], plain: list[str | None]) -> int:
    """Row (from 0) of the first text that does not read like the first one: number or date."""
    import pyarrow as pa  # noqa: PLC0415

    numbers = _WHOLE.fullmatch(next((text for text in texts if text), "")) is not None
    for row, text in enumerate(plain):
        try:
            pa.scalar(text, pa.string()).cast(pa.int64() if numbers else pa.timestamp("ms"))
        except pa.ArrowInvalid:
            return row
    return 0
