"""What forecasts alone would have earned, each held for its horizon, equally in every symbol."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import CandleHistory, Floats, Integers
from alphastrike.domain.intervals import DAY_MS

Signs = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class ForecastRecord:
    """By UTC day: returns before and after costs (fractions), forecasts that ended and those that were right.

    `exposure` is the mean of |position| over symbols and bars, in parts of the capital of a symbol.
    """

    gross: Floats
    net: Floats
    told: Floats
    right: Floats
    exposure: float


def judge_forecasts(
    history: CandleHistory, signs: Signs, horizons: Integers, round_trip_cost: float, first_bar: int
) -> ForecastRecord:
    """Judge `signs` (symbols, bars), +1, -1 or 0, over `horizons` bars each, from `first_bar` on.

    A forecast at the close of bar t holds 1 / horizon of its symbol's capital from the open of
    t + 1 to that of t + 1 + horizon; it is right when the close of t + horizon lies on its side of
    the open of t + 1, and not judged when a candle between is missing or the two are equal.
    """
    bars = history.open_time_ms.size
    told_from = np.where(np.arange(bars) >= first_bar, signs, 0)
    spans = np.broadcast_to(horizons, signs.shape)
    day = (history.open_time_ms + history.interval_ms - 1) // DAY_MS
    day = np.maximum(day - day[first_bar], 0)
    days = int(day[-1]) + 1
    gross, turnover = np.zeros(bars), np.zeros(bars)
    told, right = np.zeros(days), np.zeros(days)
    exposure = 0.0
    for row in range(signs.shape[0]):
        position = held(told_from[row], spans[row])
        gross += position * _open_to_open(history.open[row])
        turnover += np.abs(np.diff(position, prepend=0.0))
        exposure += float(np.abs(position[first_bar:]).mean())
        ended, hit = _outcomes(history, row, told_from[row], spans[row])
        np.add.at(told, day[ended], 1.0)
        np.add.at(right, day[ended[hit]], 1.0)
    symbols = signs.shape[0]
    net = gross - 0.5 * round_trip_cost * turnover
    return ForecastRecord(
        gross=np.bincount(day, gross, days) / symbols,
        net=np.bincount(day, net, days) / symbols,
        told=told,
        right=right,
        exposure=exposure / symbols,
    )


def held(signs: Signs, spans: Integers) -> Floats:
    """Position in each bar, (bars,): the sum of the forecasts in force, each 1 / span."""
    bars = signs.size
    change = np.zeros(bars + 1)
    made = np.flatnonzero(signs)
    size = signs[made] / spans[made]
    np.add.at(change, np.minimum(made + 1, bars), size)
    np.add.at(change, np.minimum(made + 1 + spans[made], bars), -size)
    position = np.cumsum(change[:bars])
    position[np.abs(position) < 1e-12] = 0.0
    return position


def _open_to_open(opens: Floats) -> Floats:
    returns = np.append(opens[1:] / opens[:-1] - 1.0, 0.0)
    return np.where(np.isfinite(returns), returns, 0.0)


def _outcomes(
    history: CandleHistory, row: int, signs: Signs, spans: Integers
) -> tuple[Integers, NDArray[np.bool_]]:
    """Bars at which judged forecasts end, and which of them were right."""
    opens, closes = history.open[row], history.close[row]
    there = np.isfinite(opens) & np.isfinite(closes)
    place = np.arange(there.size)
    unbroken = place - np.maximum.accumulate(np.where(there, -1, place))
    made = np.flatnonzero(signs)
    ends = made + spans[made]
    inside = ends < there.size
    made, ends = made[inside], ends[inside]
    whole = unbroken[ends] >= spans[made]
    made, ends = made[whole], ends[whole]
    move = closes[ends] - opens[made + 1]
    moved = move != 0.0
    return ends[moved], (np.sign(move) == signs[made])[moved]
