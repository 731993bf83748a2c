"""Series beside candles: what files hold of them, and how they are joined to the bars of a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from alphastrike.domain.blocks import CandleHistory, Floats, Integers
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.series import SERIES, is_flow

EVERY_SYMBOL = "MARKET"
"""What stands for the symbol of a series that holds for the whole market."""
_FUNDING_HOURS = 8


@dataclass(frozen=True, slots=True)
class SeriesColumn:
    """One series of one symbol as published: `available_ms` rises strictly, values are finite.

    A flow has one row for every `step_ms` of time it covers, known when that time is over.
    """

    path: Path
    name: str
    symbol: str
    venue: str | None
    available_ms: Integers
    values: Floats
    step_ms: int = 0


def joined_series(history: CandleHistory, columns: Iterable[SeriesColumn]) -> CandleHistory:
    """The history with these series, each value where it had been published and was still fresh.

    Symbols the history does not have are left out. Taker volumes told by trades fill what candles lack.
    """
    series = {name: values.copy() for name, values in history.series.items()}
    taker = history.taker_buy_volume
    for column in columns:
        rows = _rows_of(column, history.symbols)
        if not rows:
            continue
        values = _on_bars(column, history)
        if column.name == "taker_buy_volume":
            taker = taker.copy()
            taker[rows] = np.where(np.isnan(taker[rows]), values, taker[rows])
            continue
        held = series.setdefault(column.name, np.full(history.close.shape, np.nan))
        held[rows] = np.where(np.isnan(values), held[rows], values)
    return replace(history, series=series, taker_buy_volume=taker)


def with_funding(history: CandleHistory, funding: FundingHistory) -> CandleHistory:
    """The history with the settled rates as the series `funding_rate`, brought to eight hours."""
    columns = []
    for row, symbol in enumerate(funding.symbols):
        ts_ms, rate = funding.of(row)
        if len(ts_ms) > 1:
            steps = np.diff(ts_ms)
            hours = np.maximum(1, np.round(np.concatenate([steps[:1], steps]) / HOUR_MS))
            columns.append(
                SeriesColumn(Path(), "funding_rate", symbol, None, ts_ms, rate * (_FUNDING_HOURS / hours))
            )
    return joined_series(history, columns) if columns else history


def _rows_of(column: SeriesColumn, symbols: Sequence[str]) -> list[int]:
    if column.symbol == EVERY_SYMBOL:
        return list(range(len(symbols)))
    return [symbols.index(column.symbol)] if column.symbol in symbols else []


def _on_bars(column: SeriesColumn, history: CandleHistory) -> Floats:
    if is_flow(column.name) or column.step_ms:
        return _summed(column, history)
    close_ms = history.open_time_ms + history.interval_ms - 1
    last = np.searchsorted(column.available_ms, close_ms, side="right") - 1
    known = last >= 0
    last = np.maximum(last, 0)
    spec = SERIES.get(column.name)
    oldest = (spec.max_age_hours if spec else 24.0) * HOUR_MS
    known &= close_ms - column.available_ms[last] <= oldest
    return np.where(known, column.values[last], np.nan)


def _summed(column: SeriesColumn, history: CandleHistory) -> Floats:
    """Sum over the parts of each bar; NaN unless every part of it is covered."""
    parts = history.interval_ms // max(1, column.step_ms)
    bars = history.open_time_ms.size
    if parts * column.step_ms != history.interval_ms:
        return np.full(bars, np.nan)
    bar = (column.available_ms - column.step_ms - history.open_time_ms[0]) // history.interval_ms
    inside = (bar >= 0) & (bar < bars)
    total = np.bincount(bar[inside], weights=column.values[inside], minlength=bars)
    count = np.bincount(bar[inside], minlength=bars)
    return np.where(count == parts, total, np.nan)
