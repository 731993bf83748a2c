"""An order book kept from a snapshot and numbered changes, every one of them checked."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from math import inf
from typing import Any, NamedTuple

from alphastrike.domain.market import UnifiedOrderBook

Level = tuple[float, float]  # price and quantity
Levels = Sequence[Level]


def levels_of(rows: Iterable[Sequence[Any]]) -> list[Level]:
    """Rows of price and quantity, texts or numbers, as float64.

    That keeps fifteen digits, more than a venue's price or quantity has, so that the shortest text of the
    number is the venue's own value again.
    """
    return [(float(row[0]), float(row[1])) for row in rows]


class BookDelta(NamedTuple):
    """Changed levels. `previous_id` is None where the venue links changes by `first_id` alone."""

    first_id: int
    final_id: int
    previous_id: int | None
    event_time_ms: int
    bids: Levels
    asks: Levels


class Applied(Enum):
    """What became of a change."""

    APPLIED = "applied"
    OLD = "old"  # already in the book: dropped
    GAP = "gap"  # something before it is missing: the book is unusable until it is loaded again
    CROSSED = "crossed"  # bid at or above ask: unusable likewise


class BookSide:
    """Levels of one side: prices in order, the quantity at each."""

    def __init__(self, sign: int) -> None:
        """`sign` is -1 for bids, so that the best price always comes first."""
        self._sign = sign
        self._keys: list[float] = []
        self._known: dict[float, float] = {}

    def load(self, levels: Levels) -> None:
        """Replace everything."""
        self._known = {self._sign * price: quantity for price, quantity in levels if quantity > 0.0}
        self._keys = sorted(self._known)

    def apply(self, levels: Levels) -> None:
        """Set levels to their new quantity; 0 takes one away."""
        keys, known, sign = self._keys, self._known, self._sign
        for price, quantity in levels:
            key = sign * price
            if quantity > 0.0:
                if key not in known:
                    if not 0.0 < price < inf:
                        raise ValueError(f"price: observed {price}, allowed a positive number")
                    insort(keys, key)
                known[key] = quantity
            elif known.pop(key, None) is not None:
                del keys[bisect_left(keys, key)]

    def top(self, depth: int) -> Iterable[Level]:
        """The best levels in order."""
        return ((self._sign * key, self._known[key]) for key in self._keys[:depth])

    @property
    def edge(self) -> float:
        """The best price; infinitely bad when there is none."""
        return self._sign * self._keys[0] if self._keys else -self._sign * float("-inf")


class SequencedBook:
    """One symbol's book. Usable between a `load` and the first change that does not fit.

    After a snapshot the first change must reach back to it (`first_id` <= snapshot id, or the id after) and
    not end before it; from then on each must follow the one before: `previous_id` equal to its `final_id`,
    or `first_id` one above. This is checked at every change, not only while syncing.
    """

    def __init__(self, symbol: str) -> None:
        """Start unusable."""
        self.symbol = symbol
        self.is_usable = False
        self.last_id = -1
        self.event_time_ms = 0
        self.bids = BookSide(-1)
        self.asks = BookSide(1)
        self._has_followed = False

    def load(self, last_id: int, bids: Levels, asks: Levels, event_time_ms: int) -> Applied:
        """Start over from a snapshot."""
        self.bids.load(bids)
        self.asks.load(asks)
        self.last_id, self.event_time_ms, self._has_followed = last_id, event_time_ms, False
        self.is_usable = self.bids.edge < self.asks.edge
        return Applied.APPLIED if self.is_usable else Applied.CROSSED

    def spoil(self) -> None:
        """Make it unusable until it is loaded again."""
        self.is_usable = False

    def apply(self, delta: BookDelta) -> Applied:
        """Check and take one change."""
        if not self.is_usable:
            return Applied.GAP
        if delta.final_id < self.last_id or (self._has_followed and delta.final_id == self.last_id):
            return Applied.OLD
        self.is_usable = False  # also when a level cannot be taken: half a change is no book
        if not self._follows(delta):
            return Applied.GAP
        bids, asks = self.bids, self.asks
        bids.apply(delta.bids)
        asks.apply(delta.asks)
        self.last_id, self.event_time_ms, self._has_followed = delta.final_id, delta.event_time_ms, True
        self.is_usable = bids.edge < asks.edge
        return Applied.APPLIED if self.is_usable else Applied.CROSSED

    def top(self, depth: int = 20) -> UnifiedOrderBook:
        """The best levels as values."""
        return UnifiedOrderBook(
            symbol=self.symbol,
            bids=tuple((_exact(price), _exact(quantity)) for price, quantity in self.bids.top(depth)),
            asks=tuple((_exact(price), _exact(quantity)) for price, quantity in self.asks.top(depth)),
            event_time_ms=self.event_time_ms,
            sequence=self.last_id,
        )

    def _follows(self, delta: BookDelta) -> bool:
        if not self._has_followed:
            return delta.first_id <= self.last_id + 1
        if delta.previous_id is not None:
            return delta.previous_id == self.last_id
        return delta.first_id == self.last_id + 1


def _exact(number: float) -> Decimal:
    return Decimal(repr(number))
