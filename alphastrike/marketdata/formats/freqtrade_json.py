"""JSON as freqtrade saves it: a list of [milliseconds, open, high, low, close, volume]."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.marketdata.faults import NO_TIME, Fault, FileFault
from alphastrike.marketdata.identity import identity_from_name
from alphastrike.marketdata.tables import CandleTable, FileIdentity, FundingTable, Kind

_NAMES = ("open", "high", "low", "close", "volume")
_FLOAT_BITS = 1024  # an integer of as many bits is larger than any float64


def detect(path: Path) -> bool:
    """Whether the file starts like a JSON list."""
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def identify(path: Path) -> FileIdentity:
    """Pair, interval and kind by name, as in `BTC_USDT_USDT-1h-futures.json`."""
    return identity_from_name(path)


def read(path: Path, columns: Sequence[str]) -> CandleTable | FundingTable:
    """Read candles, or the rates of a `-funding_rate` file, which keeps them as the open price."""
    identity = identity_from_name(path)
    rows = _rows(path)
    times = rows[:, 0]
    whole = np.isfinite(times) & (np.abs(times) < 2**62)
    ts_ms = np.where(whole, np.where(whole, times, 0).astype(np.int64), NO_TIME)
    if identity.kind is Kind.FUNDING:
        return FundingTable(path, identity, ts_ms, np.ascontiguousarray(rows[:, 1]))
    named = zip(_NAMES, rows.T[1:], strict=True)
    return CandleTable(
        path, identity, ts_ms, {name: np.ascontiguousarray(row) for name, row in named if name in columns}
    )


def _rows(path: Path) -> Floats:
    """The list as (rows, 6) float64."""
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise FileFault(path, _fault("not readable JSON", str(error)[:120], 0)) from None
    if not content:
        return np.empty((0, 1 + len(_NAMES)))
    for row, fields in enumerate(content, start=1):
        if not isinstance(fields, list) or len(fields) < 1 + len(_NAMES):
            raise FileFault(path, _fault("not a candle", repr(fields)[:80], row))
    try:
        return np.array([fields[: 1 + len(_NAMES)] for fields in content], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        row = next(i for i, fields in enumerate(content, start=1) if not all(map(_is_number, fields)))
        raise FileFault(path, _fault("not a number", repr(content[row - 1])[:80], row)) from None


def _is_number(value: Any) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return value.bit_length() < _FLOAT_BITS
    return value is None or isinstance(value, float)


def _fault(rule: str, observed: str, row: int) -> Fault:
    return Fault(
        rule=rule,
        observed=observed,
        allowed="a list of [milliseconds, open, high, low, close, volume]",
        advice="download the file again, or correct that row",
        row=row,
    )
