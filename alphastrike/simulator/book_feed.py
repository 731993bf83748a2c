"""A recorded order book as a market: its snapshot, then every change at its distance from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from alphastrike.domain.errors import DataError
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.practice import Levels
from alphastrike.simulator.feed import FeedStep, practice_instrument
from alphastrike.transport.order_book import Applied, BookDelta, Level, SequencedBook

COLUMNS = ("ts_ms", "is_snapshot", "side", "price", "qty", "first_update_id", "final_update_id")
_PREVIOUS = "prev_final_update_id"
_LOOKED_AT = 5_000  # rows that tell the steps of price and quantity


@dataclass(frozen=True, slots=True)
class _Change:
    is_snapshot: bool
    at_ms: int
    delta: BookDelta


class BookFeed:
    """Rows of changed levels, one symbol, in order; a change is the rows of one final id.

    The recording starts `start_ms`. Nothing is printed, as a book tells of no trades: a resting order fills
    when the middle goes through its price. A change that does not fit is a `DataError`.
    """

    def __init__(self, symbol: str, columns: Mapping[str, Any], start_ms: int) -> None:
        """Play these columns; see `COLUMNS` and, where the venue links changes so, `prev_final_update_id`."""
        self.start_ms = start_ms
        self._symbol = symbol
        self._columns = {name: np.asarray(columns[name]) for name in COLUMNS}
        self._columns[_PREVIOUS] = np.asarray(columns.get(_PREVIOUS, []))
        final, snapshots = self._columns["final_update_id"], self._columns["is_snapshot"].astype(bool)
        if not snapshots.any():
            raise DataError(f"{symbol} book: observed no snapshot, allowed a recording with one")
        is_new = (final[1:] != final[:-1]) | (snapshots[1:] != snapshots[:-1])
        self._starts = np.flatnonzero(np.r_[True, is_new])
        self.instruments: tuple[UnifiedInstrument, ...] = (self._instrument(),)

    def steps(self) -> Iterator[tuple[int, tuple[FeedStep, ...]]]:
        """The snapshot with what was recorded before it and reaches beyond it, then every change."""
        book, early, first_ms = SequencedBook(self._symbol), list[_Change](), 0
        middle = 0.0
        for change in self._changes():
            if not change.is_snapshot and not book.is_usable:
                early.append(change)
                continue
            for each in (change, *early) if change.is_snapshot else (change,):
                if not self._took(book, each):
                    continue
                first_ms = first_ms or each.at_ms
                at_ms = self.start_ms + max(0, each.at_ms - first_ms)
                before, middle = middle, (book.bids.edge + book.asks.edge) / 2
                yield at_ms, (self._step(each, at_ms, before or middle, middle),)
            early = []

    def _took(self, book: SequencedBook, change: _Change) -> bool:
        delta = change.delta
        if change.is_snapshot:
            applied = book.load(delta.final_id, delta.bids, delta.asks, change.at_ms)
        else:
            applied = book.apply(delta)
        if applied in (Applied.GAP, Applied.CROSSED):
            raise DataError(
                f"{self._symbol} book: observed a {applied.value} at update {delta.final_id}, allowed a "
                "recording in which nothing is missing"
            )
        return applied is Applied.APPLIED

    def _step(self, change: _Change, at_ms: int, opened: float, closed: float) -> FeedStep:
        low, high = min(opened, closed), max(opened, closed)
        bids, asks = _exact(change.delta.bids), _exact(change.delta.asks)
        return FeedStep(
            self._symbol, at_ms, opened, high, low, closed, 0.0, bids, asks, is_snapshot=change.is_snapshot
        )

    def _changes(self) -> Iterator[_Change]:
        columns, rows = self._columns, len(self._columns["ts_ms"])
        for start, end in zip(self._starts, (*self._starts[1:], rows), strict=True):
            prices, sizes = (columns[name][start:end].tolist() for name in ("price", "qty"))
            levels = list(zip(prices, sizes, strict=True))
            is_bid = columns["side"][start:end] == "bid"
            bids = [level for level, bid in zip(levels, is_bid, strict=True) if bid]
            asks = [level for level, bid in zip(levels, is_bid, strict=True) if not bid]
            previous = columns[_PREVIOUS]
            delta = BookDelta(
                int(columns["first_update_id"][start]),
                int(columns["final_update_id"][start]),
                int(previous[start]) if previous.size else None,
                int(columns["ts_ms"][start]),
                bids,
                asks,
            )
            yield _Change(bool(columns["is_snapshot"][start]), delta.event_time_ms, delta)

    def _instrument(self) -> UnifiedInstrument:
        tick, step = (_finest(self._columns[name][:_LOOKED_AT]) for name in ("price", "qty"))
        return practice_instrument(self._symbol, tick, step)


def _finest(values: Any) -> str:
    """The smallest step that the values show: 0.1 where the longest has one decimal place."""
    exponents = (Decimal(repr(float(value))).normalize().as_tuple().exponent for value in values)
    places = max(0, *(-int(exponent) for exponent in exponents))
    return format(Decimal(1).scaleb(-places), "f")


def _exact(levels: Sequence[Level]) -> Levels:
    return tuple((Decimal(repr(price)), Decimal(repr(quantity))) for price, quantity in levels)
