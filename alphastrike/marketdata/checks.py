"""The rules every row obeys. Each broken rule is one `Fault` with its first row."""

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Floats, Integers
from alphastrike.domain.intervals import interval_name
from alphastrike.marketdata.faults import Fault, utc
from alphastrike.marketdata.header import PRICES
from alphastrike.marketdata.instants import epoch_unit
from alphastrike.marketdata.tables import CandleTable, FundingTable

_UNIT_NAMES = {"s": "seconds", "us": "microseconds", "ns": "nanoseconds"}
_EARLIEST_MS, _LATEST_MS = 946_684_800_000, 4_102_444_800_000  # 2000 and 2100
_RATE_LIMIT = 0.1
_MOST_PRICE, _MOST_VOLUME = 1e15, 1e18  # quote currency; base units of the cheapest coins
# Sums of trades and the total are rounded apart by venues.
_TAKER_TOLERANCE = 1e-6
_FIX = "correct or remove the row, or download the file again"
_FIX_GAP = "remove the row: a candle that is missing is a gap, which is allowed"

_Mask = NDArray[np.bool_]


def candle_faults(table: CandleTable) -> Iterator[Fault]:
    """Everything wrong with the rows of a candle file, one fault a rule, in the order checked."""
    if not len(table.open_time_ms):
        yield _no_rows("candle")
        return
    in_order = True
    for fault in time_faults(table.open_time_ms):
        in_order = False
        yield fault
    if in_order:
        yield from _grid_faults(table)
    yield from _price_faults(table)
    yield from _volume_faults(table)


def funding_faults(table: FundingTable) -> Iterator[Fault]:
    """Everything wrong with the rows of a funding file. Equal times are for the merge to judge."""
    if not len(table.ts_ms):
        yield _no_rows("funding")
        return
    for fault in time_faults(table.ts_ms):
        if fault.rule != "duplicated time":
            yield fault
    rate = table.rate
    allowed = f"a fraction of notional within ±{_RATE_LIMIT} (0.0001 is one hundredth of a percent)"
    yield from _first(
        ~np.isfinite(rate),
        lambda row: Fault("rate is no number", str(rate[row]), allowed, _FIX, column="rate"),
    )
    percent = "divide by 100 if the column is in percent, by 10,000 if in basis points"
    yield from _first(
        np.abs(rate) > _RATE_LIMIT,
        lambda row: Fault("rate too large for a fraction", f"{rate[row]:g}", allowed, percent, column="rate"),
    )


def time_faults(ts_ms: Integers) -> Iterator[Fault]:
    """Wrong unit of time, times no candle can have, rows out of order, times that occur twice."""
    wrong_unit = list(_unit_faults(ts_ms))
    yield from wrong_unit
    if wrong_unit:
        return
    yield from _first(
        (ts_ms < _EARLIEST_MS) | (ts_ms >= _LATEST_MS),
        lambda row: Fault(
            "impossible time", utc(int(ts_ms[row])), "a time from 2000 to 2099", _FIX, column="time"
        ),
    )
    step = np.diff(ts_ms, prepend=ts_ms[0] - 1)
    yield from _first(step < 0, lambda row: _order_fault("unsorted rows", ts_ms, row))
    yield from _first(step == 0, lambda row: _order_fault("duplicated time", ts_ms, row))


def commonest_step(ts_ms: Integers) -> int | None:
    """The commonest time between two rows; None with fewer than two rows. Rows are in order."""
    steps = np.diff(ts_ms)
    if not len(steps):
        return None
    first = int(steps[0])
    if 2 * np.count_nonzero(steps == first) > len(steps):
        return first
    lengths, counts = np.unique(steps, return_counts=True)
    return int(lengths[counts.argmax()])


def interval_label(length_ms: int) -> str:
    """`1h`, or the bare length when no venue offers it."""
    return interval_name(length_ms) or f"{length_ms} ms"


def _no_rows(kind: str) -> Fault:
    return Fault("no rows", "0 rows", f"at least one {kind} row", "download or export the file again")


def _order_fault(rule: str, ts_ms: Integers, row: int) -> Fault:
    return Fault(
        rule=rule,
        observed=f"{utc(int(ts_ms[row]))} after {utc(int(ts_ms[row - 1]))}",
        allowed="times that rise",
        advice="sort the file by time, oldest first"
        if "sort" in rule
        else "remove the row that occurs twice",
        column="time",
    )


def _grid_faults(table: CandleTable) -> Iterator[Fault]:
    """Rows whose distance is not the interval the file claims, or which lie beside the grid."""
    ts_ms, declared = table.open_time_ms, table.identity.interval_ms
    observed = commonest_step(ts_ms)
    interval = declared or observed
    if interval is None:
        return
    if observed is not None and observed != interval and not (len(ts_ms) < 3 and observed % interval == 0):
        yield Fault(
            rule="wrong interval",
            observed=f"most rows are {interval_label(observed)} apart",
            allowed=f"{interval_label(interval)}, which its metadata, name or folder says",
            advice="rename or move the file, or import the right one",
            row=int(np.argmax(np.diff(ts_ms) == observed)) + 2,
            column="time",
        )
    elif interval_name(interval) is None:
        yield Fault(
            rule="unusual interval",
            observed=f"rows {interval} ms apart",
            allowed="1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d",
            advice="check the time column",
            column="time",
        )
    else:
        yield from _first(
            ts_ms % interval != 0,
            lambda row: Fault(
                rule=f"time beside the {interval_label(interval)} grid",
                observed=utc(ts_ms[row]),
                allowed=f"open times that are whole multiples of {interval_label(interval)} since 1970 UTC",
                advice="correct the row; local times must be converted to UTC",
                column="time",
            ),
        )


def _unit_faults(ts_ms: Integers) -> Iterator[Fault]:
    wrong = (ts_ms < 10**11) | (ts_ms >= 10**14)
    count = int(np.count_nonzero(wrong))
    if not count:
        return
    row = int(wrong.argmax())
    unit = epoch_unit(ts_ms[row : row + 1])
    mixed = count < len(ts_ms)
    name = _UNIT_NAMES.get(unit or "", "no known unit")
    yield Fault(
        rule="mixed units of time" if mixed else "time is not in milliseconds",
        observed=f"{utc(ts_ms[row])}, {name} by its size" if ts_ms[row] > 0 else utc(ts_ms[row]),
        allowed="milliseconds since 1970 UTC, for example 1704067200000",
        advice=_unit_advice(unit),
        row=row + 1,
        column="time",
        count=count,
    )


def _unit_advice(unit: str | None) -> str:
    factor = {"s": "multiply by 1,000", "us": "divide by 1,000", "ns": "divide by 1,000,000"}
    return factor.get(unit or "", "correct the row") + "; or name the column after its unit (time_s, time_us)"


def _price_faults(table: CandleTable) -> Iterator[Fault]:
    columns = table.columns
    for name in PRICES:
        yield from _number_faults(name, columns[name], "a price above 0")
        yield from _below(name, columns[name], "price is zero or negative", columns[name] <= 0)
        yield from _beyond(name, columns[name], _MOST_PRICE)
    high, low = columns["high"], columns["low"]
    yield from _first(
        high < low,
        lambda row: Fault(
            "high below low", f"high {high[row]:g}, low {low[row]:g}", "high >= low", _FIX, column="high"
        ),
    )
    for name in ("open", "close"):
        outside = (columns[name] > high) | (columns[name] < low)
        yield from _first(outside & (high >= low), partial(_outside, columns, name))


def _outside(columns: dict[str, Floats], name: str, row: int) -> Fault:
    value, low, high = (float(columns[each][row]) for each in (name, "low", "high"))
    return Fault(
        rule=f"{name} outside its candle",
        observed=f"{name} {value!r}",
        allowed=f"low {low!r} to high {high!r}",
        advice=_FIX,
        column=name,
    )


def _volume_faults(table: CandleTable) -> Iterator[Fault]:
    volume = table.columns["volume"]
    yield from _number_faults("volume", volume, "a volume in base units, 0 or more")
    yield from _below("volume", volume, "negative volume", volume < 0)
    yield from _beyond("volume", volume, _MOST_VOLUME)
    taker = table.columns.get("taker_buy_volume")
    if taker is None:
        return
    yield from _below("taker_buy_volume", taker, "negative volume", taker < 0)
    yield from _first(
        np.isinf(taker) | (taker > volume * (1 + _TAKER_TOLERANCE)),
        lambda row: Fault(
            rule="takers bought more than was traded",
            observed=f"{taker[row]:g}",
            allowed=f"at most the volume, {volume[row]:g}",
            advice=_FIX,
            column="taker_buy_volume",
        ),
    )


def _number_faults(name: str, values: Floats, allowed: str) -> Iterator[Fault]:
    yield from _first(
        ~np.isfinite(values),
        lambda row: Fault(f"{name} is no number", str(values[row]), allowed, _FIX_GAP, column=name),
    )


def _below(name: str, values: Floats, rule: str, broken: _Mask) -> Iterator[Fault]:
    allowed = "0 or more" if "volume" in name else "above 0"
    yield from _first(broken, lambda row: Fault(rule, f"{values[row]:g}", allowed, _FIX, column=name))


def _beyond(name: str, values: Floats, most: float) -> Iterator[Fault]:
    yield from _first(
        np.isfinite(values) & (values > most),
        lambda row: Fault(
            f"{name} beyond any market", f"{values[row]:g}", f"at most {most:g}", _FIX, column=name
        ),
    )


def _first(broken: _Mask, describe: Callable[[int], Fault]) -> Iterator[Fault]:
    """The fault of the first broken row, with its number and how many there are."""
    count = int(np.count_nonzero(broken))
    if count:
        row = int(broken.argmax())
        yield dataclasses.replace(describe(row), row=row + 1, count=count)
