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


def followed_by(past: CandleHistory, later: CandleHistory) -> CandleHistory:
    """Both on one grid; NaN where nothing was heard between them, or only the other has a series."""
    step = past.interval_ms
    first, last = (
        int(past.open_time_ms[0]),
        int((later if later.open_time_ms.size else past).open_time_ms[-1]),
    )
    grid = np.arange(first, last + 1, step, dtype=np.int64)

    def whole(name: str, tables: tuple[Mapping[str, Floats], Mapping[str, Floats]]) -> Floats:
        out = np.full((len(past.symbols), grid.size), np.nan)
        for history, table in zip((past, later), tables, strict=True):
            if name in table and history.open_time_ms.size:
                start = (int(history.open_time_ms[0]) - first) // step
                out[:, start : start + history.open_time_ms.size] = table[name]
        return out

    columns = [{name: getattr(history, name) for name in _COLUMNS} for history in (past, later)]
    return _history(
        past.symbols,
        step,
        grid,
        {name: whole(name, (columns[0], columns[1])) for name in _COLUMNS},
        {name: whole(name, (past.series, later.series)) for name in {*past.series, *later.series}},
    )


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
