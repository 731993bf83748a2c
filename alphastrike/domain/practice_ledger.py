"""What the practice exchange asks of a matching and margin rule: one account, one tick at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.events import Event
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.orders import UnifiedOrder


@dataclass(frozen=True, slots=True)
class MarketTick:
    """A short stretch of one symbol's market: prices around the middle of the book, base units to be had.

    `half_spread` is a fraction of price.
    """

    symbol: str
    at_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    half_spread: float


class PracticeLedger(Protocol):
    """One account's orders, positions and money. Order numbers are the caller's, unique per ledger."""

    @property
    def leverage(self) -> int:
        """The account's leverage setting."""
        ...

    @property
    def margin_mode(self) -> MarginMode:
        """The account's margin mode."""
        ...

    def live(self, tick: MarketTick) -> tuple[Event, ...]:
        """Let orders, margin and liquidation meet a stretch of market; what happened, in order."""
        ...

    def place(self, order: UnifiedOrder, number: int, now_ms: int) -> tuple[Event, ...]:
        """Put an order on the book; `VenueRejected` (of the right kind) changes nothing."""
        ...

    def cancel(self, symbol: str, number: int, now_ms: int) -> tuple[Event, ...]:
        """Take an order off the book; nothing happens when it is not there."""
        ...

    def exchange_funding(self, symbol: str, rate: float, now_ms: int) -> tuple[Event, ...]:
        """Exchange funding on the position in hand at the last mark price."""
        ...

    def liquidate(self, symbol: str, price: float, now_ms: int) -> tuple[Event, ...]:
        """Take a position over at a price, whatever its margin; nothing when flat."""
        ...

    def balance(self) -> UnifiedBalance:
        """The one asset."""
        ...

    def position(self, symbol: str) -> UnifiedPosition | None:
        """A symbol's position, None when flat."""
        ...

    def set_leverage(self, symbol: str, leverage: int) -> None:
        """Change the account's setting; `VenueRejected` where tiers or positions forbid it."""
        ...

    def set_margin_mode(self, mode: MarginMode) -> None:
        """Change the account's mode; `VenueRejected` while a position is open."""
        ...

    def change_rules(self, instrument: UnifiedInstrument) -> None:
        """Give a symbol new steps; orders on the book stay."""
        ...


LedgerFactory = Callable[[tuple[UnifiedInstrument, ...], float], PracticeLedger]
"""A fresh ledger of these instruments with so much cash (quote)."""
