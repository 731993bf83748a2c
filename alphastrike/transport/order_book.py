"""An order book kept from a snapshot and numbered changes, every one of them checked."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from alphastrike.domain.market import UnifiedOrderBook

RawLevel = Sequence[str]  # price and quantity as the venue wrote them
RawLevels = Sequence[RawLevel]


class BookDelta(NamedTuple):
    """Changed levels. `previous_id` is None where the venue links changes by `first_id` alone."""

    first_id: int
    final_id: int
    previous_id: int | None
    event_time_ms: int
    bids: RawLevels
    asks: RawLevels


class Applied(Enum):
    """What became of a change."""

    APPLIED = "applied"
    OLD = "old"  # already in the book: dropped
    GAP = "gap"  # something before it is missing: the book is unusable until it is loaded again
    CROSSED = "crossed"  # bid at or above ask: unusable likewise


class BookSide:
    """Levels of one side. Prices are ordered by their float64, kept and returned as the venue wrote them."""

    def __init__(self, sign: int) -> None:
        """`sign` is -1 for bids, so that the best price always comes first."""
        self._sign = sign
        self._keys: list[float] = []
        self._levels: dict[float, RawLevel] = {}

    def load(self, levels: RawLevels) -> None:
        """Replace everything."""
        self._levels = {self._sign * float(level[0]): level for level in levels if float(level[1]) > 0}
        self._keys = sorted(self._levels)

    def apply(self, levels: RawLevels) -> None:
        """Set levels to their new quantity; 0 takes one away."""
        keys, known, sign = self._keys, self._levels, self._sign
        for level in levels:
            key = sign * float(level[0])
            if float(level[1]) == 0.0:
                if known.pop(key, None) is not None:
                    del keys[bisect_left(keys, key)]
            else:
                if key not in known:
                    insort(keys, key)
                known[key] = level

    def best(self) -> RawLevel | None:
        """The first level."""
        return self._levels[self._keys[0]] if self._keys else None

    def top(self, depth: int) -> Iterable[RawLevel]:
        """The best levels in order."""
        return (self._levels[key] for key in self._keys[:depth])

    @property
    def edge(self) -> float:
        """The best price as a number; infinitely bad when there is none."""
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

    def load(self, last_id: int, bids: RawLevels, asks: RawLevels, event_time_ms: int) -> Applied:
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
        if not self._follows(delta):
            self.is_usable = False
            return Applied.GAP
        self.bids.apply(delta.bids)
        self.asks.apply(delta.asks)
        self.last_id, self.event_time_ms, self._has_followed = delta.final_id, delta.event_time_ms, True
        if self.bids.edge >= self.asks.edge:
            self.is_usable = False
            return Applied.CROSSED
        return Applied.APPLIED

    def top(self, depth: int = 20) -> UnifiedOrderBook:
        """The best levels as values."""
        return UnifiedOrderBook(
            symbol=self.symbol,
            bids=tuple((Decimal(level[0]), Decimal(level[1])) for level in self.bids.top(depth)),
            asks=tuple((Decimal(level[0]), Decimal(level[1])) for level in self.asks.top(depth)),
            event_time_ms=self.event_time_ms,
            sequence=self.last_id,
        )

    def _follows(self, delta: BookDelta) -> bool:
        if not self._has_followed:
            return delta.first_id <= self.last_id + 1
        if delta.previous_id is not None:
            return delta.previous_id == self.last_id
        return delta.first_id == self.last_id + 1
