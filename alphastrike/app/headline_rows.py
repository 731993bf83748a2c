"""Voices into rows: accuracy, Sharpe ratio and drawdown with their intervals, and how they are shown."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.backtest.formatting import UNKNOWN, moment, number, percent
from alphastrike.backtest.metrics.forecasts import ForecastRecord, judge_forecasts
from alphastrike.backtest.metrics.resampling import interval, resampled_days
from alphastrike.backtest.metrics.sharpe import sharpe_estimate
from alphastrike.backtest.tables import Table
from alphastrike.domain.blocks import CandleHistory, Floats, Integers
from alphastrike.domain.intervals import DAY_MS

Interval = tuple[float, float] | None
_FEWEST_DAYS = 30
_FEWEST_FORECASTS = 100


@dataclass(frozen=True, slots=True)
class Voice:
    """Someone's forecasts: signs (symbols, bars) and the bars each is meant for."""

    name: str
    signs: NDArray[np.int8]
    spans: Integers
    is_single: bool = False
    probability: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class HeadlineRow:
    """One voice's record; intervals are 95 %. `stated` is the mean probability it gave to its own side.

    Returns are of a portfolio that holds every forecast for its horizon, equally in each symbol,
    without leverage; `sharpe` and `drawdown` are after costs.
    """

    name: str
    forecasts: int
    accuracy: float | None
    accuracy_interval: Interval
    stated: float | None
    sharpe: float | None
    sharpe_interval: Interval
    sharpe_before_costs: float | None
    drawdown: float | None
    drawdown_interval: Interval
    exposure: float


@dataclass(frozen=True, slots=True)
class Headline:
    """The comparison over [start_ms, end_ms) of `symbols`, out of sample."""

    data: str
    symbols: int
    start_ms: int
    end_ms: int
    rows: tuple[HeadlineRow, ...]


def headline_of(
    history: CandleHistory, voices: tuple[Voice, ...], first_bar: int, terms: tuple[float, int], label: str
) -> Headline:
    """Judge the voices from `first_bar` on; `terms` are the round trip's cost and the seed."""
    cost, seed = terms
    records = [judge_forecasts(history, voice.signs, voice.spans, cost, first_bar) for voice in voices]
    longest = max(int(np.max(voice.spans)) for voice in voices) * history.interval_ms / DAY_MS
    days = records[0].net.size
    picked = resampled_days(days, max(5.0, 2.0 * longest), np.random.default_rng(seed))
    rows = [
        _row(voice, record, picked, first_bar)
        for voice, record in zip(voices, records, strict=True)
        if not voice.is_single
    ]
    luckiest = _luckiest(voices, records)
    if luckiest is not None:
        voice, record = luckiest
        name = f"best signal in hindsight ({voice.name})"
        rows.insert(1, _row(Voice(name, voice.signs, voice.spans), record, picked, first_bar))
    start_ms = int(history.open_time_ms[first_bar])
    end_ms = int(history.open_time_ms[-1]) + history.interval_ms
    return Headline(label, len(history.symbols), start_ms, end_ms, tuple(rows))


def as_dict(headline: Headline) -> dict[str, Any]:
    """The comparison for machines, ready for JSON."""
    return asdict(headline)


def as_table(headline: Headline) -> Table:
    """The comparison for people."""
    title = (
        f"{headline.data}: {headline.symbols} symbols, {moment(headline.start_ms)} to "
        f"{moment(headline.end_ms)} UTC, out of sample"
    )
    columns = (
        "",
        "Right",
        "95%",
        "Stated",
        "Sharpe",
        "95%",
        "no costs",
        "Drawdown",
        "95%",
        "Exposure",
        "Forecasts",
    )
    note = (
        "Each forecast is held for its horizon, equally in every symbol, unlevered, after fees and slippage. "
        "Intervals: stationary bootstrap of days; they cover a little less than they say. The signal best in "
        "hindsight was not known beforehand: it is a bound, not a result."
    )
    return Table(title, columns, tuple(_cells(row) for row in headline.rows), note)


def _luckiest(
    voices: tuple[Voice, ...], records: list[ForecastRecord]
) -> tuple[Voice, ForecastRecord] | None:
    singles = [
        (voice, record)
        for voice, record in zip(voices, records, strict=True)
        if voice.is_single and record.told.sum() >= _FEWEST_FORECASTS
    ]
    return max(singles, key=lambda pair: float(pair[1].right.sum() / pair[1].told.sum()), default=None)


def _row(voice: Voice, record: ForecastRecord, picked: Integers, first_bar: int) -> HeadlineRow:
    told = int(record.told.sum())
    enough = told >= _FEWEST_FORECASTS and record.net.size >= _FEWEST_DAYS
    return HeadlineRow(
        name=voice.name,
        forecasts=told,
        accuracy=float(record.right.sum() / told) if told else None,
        accuracy_interval=interval(lambda days: _accuracy(record, days), picked) if enough else None,
        stated=_stated(voice, first_bar),
        sharpe=_sharpe(record.net),
        sharpe_interval=interval(lambda days: _sharpe(record.net[days]), picked) if enough else None,
        sharpe_before_costs=_sharpe(record.gross),
        drawdown=_drawdown(record.net) if told else None,
        drawdown_interval=interval(lambda days: _drawdown(record.net[days]), picked) if enough else None,
        exposure=record.exposure,
    )


def _stated(voice: Voice, first_bar: int) -> float | None:
    if voice.probability is None:
        return None
    spoke = voice.signs[:, first_bar:] != 0
    given = voice.probability[:, first_bar:]
    own = np.where(voice.signs[:, first_bar:] > 0, given, 1.0 - given)[spoke]
    own = own[np.isfinite(own)]
    return float(own.mean()) if own.size else None


def _accuracy(record: ForecastRecord, days: Integers) -> float | None:
    told = float(record.told[days].sum())
    return float(record.right[days].sum()) / told if told else None


def _sharpe(returns: Floats) -> float | None:
    estimate = sharpe_estimate(returns)
    return None if estimate is None else estimate.ratio


def _drawdown(returns: Floats) -> float:
    path = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    return float(np.max(1.0 - path / np.maximum.accumulate(path)))


def _cells(row: HeadlineRow) -> tuple[str, ...]:
    return (
        row.name,
        percent(row.accuracy, 1),
        _span(row.accuracy_interval, 100.0, 1),
        percent(row.stated, 1),
        number(row.sharpe),
        _span(row.sharpe_interval, 1.0, 1),
        number(row.sharpe_before_costs),
        percent(row.drawdown, 1),
        _span(row.drawdown_interval, 100.0, 0),
        number(row.exposure),
        number(row.forecasts),
    )


def _span(bounds: Interval, scale: float, digits: int) -> str:
    if bounds is None:
        return UNKNOWN
    return f"{bounds[0] * scale:.{digits}f}..{bounds[1] * scale:.{digits}f}"
