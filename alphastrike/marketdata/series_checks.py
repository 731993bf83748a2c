"""What is odd about candles that break no rule: gaps, silence, frozen prices, jumps, a cut end."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.marketdata.checks import interval_label
from alphastrike.marketdata.config import MarketdataConfig
from alphastrike.marketdata.faults import Fault, utc
from alphastrike.marketdata.tables import CandleTable, FundingTable

_LOOK = "look at the source; a run halts the symbol there"


def series_oddities(table: CandleTable, interval_ms: int, config: MarketdataConfig) -> Iterator[Fault]:
    """Every oddity of candles in order of time, at most `findings_per_rule` of each kind."""
    most = config.findings_per_rule
    yield from _limited(_gaps(table.open_time_ms, interval_ms), most)
    yield from _limited(_jumps(table, interval_ms, config.jump_fraction), most)
    yield from _truncated_end(table, config.truncated_volume_fraction)


def row_oddities(table: CandleTable, config: MarketdataConfig) -> Iterator[Fault]:
    """Runs of rows without volume or with one close; rows need not be in order."""
    volume, close = table.columns["volume"], table.columns["close"]
    most = config.findings_per_rule
    bars = config.zero_volume_bars
    yield from _limited(
        _runs(
            volume == 0, bars, lambda start, length: _run_fault("no volume", "volume", start, length, bars)
        ),
        most,
    )
    frozen = config.frozen_close_bars
    same = np.diff(close, prepend=np.nan) == 0
    # A run of equal closes starts one row before the first row that repeats it.
    yield from _limited(
        _runs(
            same,
            frozen - 1,
            lambda start, length: _run_fault("frozen close", "close", start - 1, length + 1, frozen),
        ),
        most,
    )


def _gaps(ts_ms: Integers, interval_ms: int) -> Iterator[Fault]:
    missing = np.diff(ts_ms) // interval_ms - 1
    for before in np.flatnonzero(missing > 0):
        first, last = int(ts_ms[before]) + interval_ms, int(ts_ms[before + 1]) - interval_ms
        yield Fault(
            rule="gap",
            observed=f"{missing[before]} candles missing, {utc(first)} to {utc(last)}",
            allowed=f"a candle every {interval_label(interval_ms)}",
            advice=_LOOK,
            row=int(before) + 2,
            column="time",
            count=int(missing[before]),
        )


def _jumps(table: CandleTable, interval_ms: int, limit: float) -> Iterator[Fault]:
    close = table.columns["close"]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = close[1:] / close[:-1] - 1
    adjacent = np.diff(table.open_time_ms) == interval_ms
    for before in np.flatnonzero(adjacent & (np.abs(change) > limit)):
        yield Fault(
            rule="price jump",
            observed=f"{100 * change[before]:+.1f} % to {float(close[before + 1])!r}",
            allowed=f"within ±{100 * limit:g} % of the close before",
            advice=_LOOK,
            row=int(before) + 2,
            column="close",
        )


def _truncated_end(table: CandleTable, limit: float) -> Iterator[Fault]:
    volume = table.columns["volume"]
    before = volume[-25:-1]
    usual = float(np.median(before)) if len(before) == 24 else np.nan
    if usual > 0 and volume[-1] < limit * usual:
        yield Fault(
            rule="last candle may be truncated",
            observed=f"volume {volume[-1]:g}, {100 * volume[-1] / usual:.1f} % of the usual {usual:g}",
            allowed=f"at least {100 * limit:g} % of the median of the 24 candles before",
            advice="remove the last row if it was still forming when the file was saved",
            row=len(volume),
            column="volume",
        )


def _runs(mask: NDArray[np.bool_], shortest: int, describe: Callable[[int, int], Fault]) -> Iterator[Fault]:
    """Faults of the stretches of true of at least `shortest`, by first row (from 0) and length."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start >= shortest:
            yield describe(int(start), int(stop - start))


def _run_fault(rule: str, column: str, start: int, length: int, limit: int) -> Fault:
    return Fault(
        rule=rule,
        observed=f"{length} rows in a row",
        allowed=f"fewer than {limit}",
        advice=_LOOK,
        row=start + 1,
        column=column,
        count=length,
    )


def _limited(faults: Iterator[Fault], most: int) -> Iterator[Fault]:
    """The first `most` faults; the last of them says how many were left out."""
    shown = list(islice(faults, most))
    rest = sum(1 for _ in faults)
    if rest:
        shown[-1] = replace(shown[-1], observed=f"{shown[-1].observed}; and {rest} more like it")
    yield from shown


def percent_suspicion(table: FundingTable, config: MarketdataConfig) -> Iterator[Fault]:
    """Funding rates that are usually so large that they must be percent, not fractions."""
    known = np.abs(table.rate[np.isfinite(table.rate)])
    usual = float(np.median(known)) if len(known) else 0.0
    if usual > config.usual_funding_rate:
        yield Fault(
            rule="rates look like percent",
            observed=f"half of them are beyond ±{usual:g}",
            allowed=f"a median of at most {config.usual_funding_rate:g}, as a fraction of notional",
            advice="divide by 100 if the column is in percent",
            column="rate",
        )


def equal_closes(table: CandleTable, reference: CandleTable) -> tuple[float, Floats]:
    """Share of common times at which both have the same close, and close / reference - 1 there.

    NaN and an empty array when no time is common. Rows of both are in order of time.
    """
    _, ours, theirs = np.intersect1d(table.open_time_ms, reference.open_time_ms, return_indices=True)
    if not len(ours):
        return np.nan, np.empty(0)
    close, other = table.columns["close"][ours], reference.columns["close"][theirs]
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.mean(close == other)), close / other - 1
