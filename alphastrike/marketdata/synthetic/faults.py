"""Break good candles on purpose, with labels, to prove that the gateway and the validator notice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import ConfigError
from alphastrike.marketdata.synthetic.chance import stream

CANDLE_ROW = np.dtype(
    [
        ("open_time_ms", "i8"),
        ("open", "f8"),
        ("high", "f8"),
        ("low", "f8"),
        ("close", "f8"),
        ("volume", "f8"),
        ("taker_buy_volume", "f8"),
    ]
)


class Fault(StrEnum):
    """What can be wrong. The last three break the order of rows, which a grid cannot show."""

    NAN = "nan"  # the close is not a number
    SPIKE_X10 = "spike_x10"  # one print at ten times the price: high and close of one candle
    SPIKE_X100 = "spike_x100"
    FROZEN = "frozen"  # eight candles without move or volume
    GAP = "gap"  # five candles missing
    DUPLICATE = "duplicate"  # the same row twice
    CONFLICT = "conflict"  # two rows of one time that differ
    BACKWARD = "backward"  # a row three candles older than the one before it


@dataclass(frozen=True, slots=True)
class FaultLabel:
    """Where a fault is: bars [start, stop) of the history, or rows of `rows` for the last three kinds."""

    fault: Fault
    symbol: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class FaultyMarket:
    """`rows` holds a CANDLE_ROW table of each symbol when a fault of order was asked for, else nothing."""

    history: CandleHistory
    rows: dict[str, NDArray[np.void]]
    labels: tuple[FaultLabel, ...]


_COLUMNS = tuple(name for name in CANDLE_ROW.names or () if name != "open_time_ms")
_LENGTH = {Fault.FROZEN: 8, Fault.GAP: 5}
_ROOM = 24  # bars a fault needs around it so that two never touch
_OLDER = 3
_IN_ROWS = frozenset({Fault.DUPLICATE, Fault.CONFLICT, Fault.BACKWARD})

_Columns = dict[str, NDArray[np.float64]]


def inject_faults(history: CandleHistory, kinds: Sequence[Fault], seed: int) -> FaultyMarket:
    """A copy of `history` with every kind once in every symbol, apart from each other and from the start.

    `ConfigError` when the history is too short to keep them apart.
    """
    bars = history.open_time_ms.size
    slot = bars // (len(kinds) + 1)
    if slot < 2 * _ROOM:
        most = max(0, bars // (2 * _ROOM) - 1)
        raise ConfigError(f"faults: observed {len(kinds)} kinds in {bars} bars, allowed at most {most}")
    columns = {name: getattr(history, name).copy() for name in _COLUMNS}
    placed: list[FaultLabel] = []
    for row, symbol in enumerate(history.symbols):
        offsets = stream(seed, "faults", symbol).integers(_OLDER, slot - _ROOM, size=len(kinds))
        of_symbol = {name: column[row] for name, column in columns.items()}
        for number, (kind, offset) in enumerate(zip(kinds, offsets, strict=True)):
            start = (number + 1) * slot + int(offset)
            label = FaultLabel(Fault(kind), symbol, start, start + _LENGTH.get(Fault(kind), 1))
            placed.append(label)
            if label.fault in _BREAK:
                _BREAK[label.fault](of_symbol, slice(label.start, label.stop))
    broken = replace(history, **columns)
    if _IN_ROWS.isdisjoint(kinds):
        return FaultyMarket(broken, {}, tuple(placed))
    return _with_rows(broken, placed)


def _nan(columns: _Columns, at: slice) -> None:
    columns["close"][at] = np.nan


def _spike(factor: float) -> Callable[[_Columns, slice], None]:
    def break_it(columns: _Columns, at: slice) -> None:
        columns["close"][at] *= factor
        columns["high"][at] = np.maximum(columns["high"][at], columns["close"][at])

    return break_it


def _freeze(columns: _Columns, at: slice) -> None:
    last = columns["close"][at.start - 1]
    for name in ("open", "high", "low", "close"):
        columns[name][at] = last
    columns["volume"][at] = 0.0
    columns["taker_buy_volume"][at] = 0.0


def _remove(columns: _Columns, at: slice) -> None:
    for column in columns.values():
        column[at] = np.nan


_BREAK: dict[Fault, Callable[[_Columns, slice], None]] = {
    Fault.NAN: _nan,
    Fault.SPIKE_X10: _spike(10.0),
    Fault.SPIKE_X100: _spike(100.0),
    Fault.FROZEN: _freeze,
    Fault.GAP: _remove,
}


def _with_rows(history: CandleHistory, placed: list[FaultLabel]) -> FaultyMarket:
    rows: dict[str, NDArray[np.void]] = {}
    labels = [label for label in placed if label.fault not in _IN_ROWS]
    for number, symbol in enumerate(history.symbols):
        table = np.zeros(history.open_time_ms.size, dtype=CANDLE_ROW)
        table["open_time_ms"] = history.open_time_ms
        for name in _COLUMNS:
            table[name] = getattr(history, name)[number]
        present = ~np.isnan(table["open"])
        row_of_bar = np.cumsum(present) - 1
        table = table[present]
        inserted = 0
        for label in placed:
            if label.symbol == symbol and label.fault in _IN_ROWS:
                after = int(row_of_bar[label.start]) + inserted
                table = np.insert(table, after + 1, _wrong_row(table, after, label.fault))
                labels.append(FaultLabel(label.fault, symbol, after + 1, after + 2))
                inserted += 1
        rows[symbol] = table
    return FaultyMarket(history, rows, tuple(labels))


def _wrong_row(table: NDArray[np.void], after: int, fault: Fault) -> NDArray[np.void]:
    """The row to put behind row `after`."""
    row = table[after - _OLDER if fault is Fault.BACKWARD else after : after + 1][:1].copy()
    if fault is Fault.CONFLICT:
        row["close"] = row["low"]
        row["volume"] *= 2.0
    return row
