"""The market before the first close traded on: kept beside the journal, as no venue gives it again alike."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from pydantic import TypeAdapter

from alphastrike.domain.blocks import CandleHistory, Floats
from alphastrike.domain.errors import DataError
from alphastrike.domain.events import CandlesClosed
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.market import UnifiedCandle

_LISTED = TypeAdapter(tuple[UnifiedInstrument, ...])
_SERIES = "series of "  # before its name, in the file
_PART = 128  # closes
_COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")


def history_of(closes: Sequence[CandlesClosed], symbols: tuple[str, ...], interval_ms: int) -> CandleHistory:
    """Closes as a history on the grid they span, with the series they carried; NaN where one is silent."""
    opens = [close.open_time_ms for close in closes]
    grid = np.arange(opens[0], opens[-1] + 1, interval_ms, dtype=np.int64) if opens else np.zeros(0, np.int64)
    columns = {name: np.full((len(symbols), grid.size), np.nan) for name in _COLUMNS}
    series: dict[str, Floats] = {}
    rows = {symbol: row for row, symbol in enumerate(symbols)}
    for close in closes:
        bar = (close.open_time_ms - opens[0]) // interval_ms
        for candle in close.candles:
            _put(columns, rows[candle.symbol], bar, candle)
        for known in close.series:
            values = series.setdefault(known.name, np.full((len(symbols), grid.size), np.nan))
            values[rows[known.symbol], bar] = known.value
    return _history(symbols, interval_ms, grid, columns, series)


def gridded(
    candles: Mapping[str, Sequence[UnifiedCandle]], interval_ms: int, start_ms: int, stop_ms: int
) -> CandleHistory:
    """Candles by symbol on the grid [start, stop); NaN where a symbol has none."""
    symbols = tuple(sorted(candles))
    grid = np.arange(start_ms, stop_ms, interval_ms, dtype=np.int64)
    columns = {name: np.full((len(symbols), grid.size), np.nan) for name in _COLUMNS}
    for row, symbol in enumerate(symbols):
        for candle in candles[symbol]:
            bar, rest = divmod(candle.open_time_ms - start_ms, interval_ms)
            if rest == 0 and 0 <= bar < grid.size and candle.is_closed:
                _put(columns, row, bar, candle)
    return _history(symbols, interval_ms, grid, columns, {})


def followed_by(past: CandleHistory, *later: CandleHistory) -> CandleHistory:
    """All of them on one grid, in order; NaN where nothing was heard, or where a part lacks a series."""
    step = past.interval_ms
    parts = [history for history in (past, *later) if history.open_time_ms.size]
    if not parts:
        return past
    first, last = int(parts[0].open_time_ms[0]), int(parts[-1].open_time_ms[-1])
    grid = np.arange(first, last + 1, step, dtype=np.int64)

    def whole(tables: Sequence[Mapping[str, Floats]], name: str) -> Floats:
        out = np.full((len(past.symbols), grid.size), np.nan)
        for history, table in zip(parts, tables, strict=True):
            if name in table:
                start = (int(history.open_time_ms[0]) - first) // step
                out[:, start : start + history.open_time_ms.size] = table[name]
        return out

    columns = [{name: getattr(history, name) for name in _COLUMNS} for history in parts]
    series = [history.series for history in parts]
    names = {name for table in series for name in table}
    return _history(
        past.symbols,
        step,
        grid,
        {name: whole(columns, name) for name in _COLUMNS},
        {name: whole(series, name) for name in names},
    )


class Lived:
    """Closes as they come. They are kept as arrays: a year of them as objects would fill a machine."""

    def __init__(self, symbols: tuple[str, ...], interval_ms: int) -> None:
        """Nothing has been lived through yet."""
        self._symbols = symbols
        self._interval_ms = interval_ms
        self._parts: list[CandleHistory] = []
        self._latest: list[CandlesClosed] = []

    def add(self, close: CandlesClosed) -> None:
        """Take the next close."""
        self._latest.append(close)
        if len(self._latest) >= _PART:
            self._parts.append(history_of(self._latest, self._symbols, self._interval_ms))
            self._latest = []

    def history(self) -> CandleHistory:
        """All of them on the grid they span."""
        latest = history_of(self._latest, self._symbols, self._interval_ms)
        return followed_by(*self._parts, latest)


def save_past(
    path: Path, history: CandleHistory, funding: FundingHistory, instruments: Sequence[UnifiedInstrument]
) -> None:
    """Write the history, its funding, and what was listed then, to `path` whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    listed = _LISTED.dump_json(tuple(instruments)).decode()
    columns: dict[str, Any] = {name: getattr(history, name) for name in _COLUMNS}
    columns |= {f"{_SERIES}{name}": values for name, values in history.series.items()}
    with fresh.open("wb") as file:
        np.savez_compressed(
            file,
            symbols=np.array(history.symbols),
            interval_ms=np.int64(history.interval_ms),
            open_time_ms=history.open_time_ms,
            listed=np.array(listed),
            funding_ms=funding.ts_ms,
            funding_rate=funding.rate,
            funding_offsets=funding.offsets,
            series=np.array(tuple(history.series), dtype=str),
            **columns,
        )
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def load_past(path: Path) -> tuple[CandleHistory, FundingHistory, tuple[UnifiedInstrument, ...]]:
    """What `save_past` wrote; `DataError` when it is missing or is something else."""
    try:
        with np.load(path, allow_pickle=False) as file:
            history = _history(
                tuple(str(symbol) for symbol in file["symbols"]),
                int(file["interval_ms"]),
                file["open_time_ms"],
                {name: file[name] for name in _COLUMNS},
                {str(name): file[f"{_SERIES}{name}"] for name in file["series"]},
            )
            rates = (file[f"funding_{name}"] for name in ("ms", "rate", "offsets"))
            funding = FundingHistory(history.symbols, *rates)
            return history, funding, _LISTED.validate_json(str(file["listed"]))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise DataError(
            f"{path}: the market's past cannot be read ({error}); "
            "allowed: the file written with the journal, or --fresh to start anew"
        ) from None


def _put(columns: Mapping[str, Floats], row: int, bar: int, candle: UnifiedCandle) -> None:
    for name in _COLUMNS:
        value = getattr(candle, name)
        columns[name][row, bar] = np.nan if value is None else value


def _history(
    symbols: tuple[str, ...],
    interval_ms: int,
    grid: np.ndarray[tuple[int], np.dtype[np.int64]],
    columns: Mapping[str, Floats],
    series: Mapping[str, Floats],
) -> CandleHistory:
    return CandleHistory(
        symbols=symbols,
        interval_ms=interval_ms,
        open_time_ms=grid,
        open=columns["open"],
        high=columns["high"],
        low=columns["low"],
        close=columns["close"],
        volume=columns["volume"],
        taker_buy_volume=columns["taker_buy_volume"],
        series=series,
    )
