"""The practice exchange as a wire dialect sees it: accounts, orders, a market and what happens, in order.

A dialect maps its venue's requests to these calls and these events back to its venue's frames. Everything
is synchronous: an order is judged and matched before `place` returns, and the events it caused follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Protocol

from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.market import (
    UnifiedCandle,
    UnifiedFundingRate,
    UnifiedOrderBook,
    UnifiedTicker,
    UnifiedTrade,
)
from alphastrike.domain.orders import UnifiedFill, UnifiedOrder, UnifiedOrderResult

Levels = tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class PracticeKey:
    """A practice account's credentials; every dialect uses those its venue knows. They open nothing real."""

    api_key: str
    api_secret: str
    passphrase: str
    private_key: str  # 0x and 64 hex digits, for venues that sign with a wallet
    may_withdraw: bool = False  # as venues say it that know such a permission


@dataclass(frozen=True, slots=True)
class PracticeOrder:
    """An order as the exchange holds it: what was asked, what became of it, when."""

    order: UnifiedOrder
    result: UnifiedOrderResult
    created_ms: int
    updated_ms: int
    is_triggered: bool = False  # a conditional order that has become a market order


class Execution(Enum):
    """Why an order changed."""

    NEW = "new"
    TRADE = "trade"
    CANCELED = "canceled"
    EXPIRED = "expired"
    TRIGGERED = "triggered"
    LIQUIDATION = "liquidation"
    DELEVERAGING = "deleveraging"


@dataclass(frozen=True, slots=True)
class BookMoved:
    """Levels of a book that changed; quantity 0 takes a level away. Ids rise by one a change."""

    event_time_ms: int
    symbol: str
    first_id: int
    final_id: int
    previous_final_id: int
    bids: Levels
    asks: Levels


@dataclass(frozen=True, slots=True)
class TradePrinted:
    """A public trade happened."""

    event_time_ms: int
    trade: UnifiedTrade


@dataclass(frozen=True, slots=True)
class CandleMoved:
    """A watched candle took a new value, or closed."""

    event_time_ms: int
    candle: UnifiedCandle


@dataclass(frozen=True, slots=True)
class MarkMoved:
    """Mark and index price of a symbol, the rate that will be exchanged next, and when."""

    event_time_ms: int
    symbol: str
    mark_price: Decimal
    index_price: Decimal
    funding_rate: Decimal
    next_funding_ms: int
    funding_interval_ms: int


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """An order of an account changed. `fill` is set where it was (partly) executed."""

    event_time_ms: int
    api_key: str
    change: Execution
    order: PracticeOrder
    fill: UnifiedFill | None = None


@dataclass(frozen=True, slots=True)
class AccountMoved:
    """An account's balance or positions changed. `reason`: order, funding, liquidation, deleveraging."""

    event_time_ms: int
    api_key: str
    reason: str
    balance: UnifiedBalance
    positions: tuple[UnifiedPosition, ...]  # those that changed, flat ones with quantity 0


@dataclass(frozen=True, slots=True)
class FundingPaid:
    """Funding was exchanged. `payment` in quote, positive received."""

    event_time_ms: int
    api_key: str
    symbol: str
    rate: Decimal
    mark_price: Decimal
    payment: Decimal


ExchangeEvent = BookMoved | TradePrinted | CandleMoved | MarkMoved | OrderMoved | AccountMoved | FundingPaid


class PracticeAccount(Protocol):
    """One account. Leverage and margin mode are settings of the whole account; positions are one-way."""

    key: PracticeKey

    @property
    def leverage(self) -> int:
        """The leverage setting."""
        ...

    @property
    def margin_mode(self) -> MarginMode:
        """The margin mode."""
        ...

    def balance(self) -> UnifiedBalance:
        """The one asset."""
        ...

    def positions(self, symbol: str | None = None) -> tuple[UnifiedPosition, ...]:
        """Open positions."""
        ...

    def orders(self, symbol: str | None = None, *, working: bool = False) -> tuple[PracticeOrder, ...]:
        """Orders by age, oldest first: all there ever were, or only those that still work."""
        ...

    def find(
        self, symbol: str, *, client_order_id: str | None = None, order_id: str | None = None
    ) -> PracticeOrder | None:
        """An order by either id, or None."""
        ...

    def fills(self, symbol: str | None = None) -> tuple[UnifiedFill, ...]:
        """Executions, oldest first."""
        ...

    def funding(self) -> tuple[FundingPaid, ...]:
        """Funding exchanged, oldest first."""
        ...

    def place(self, order: UnifiedOrder) -> PracticeOrder:
        """Judge an order and match it at once; a refusal is a `VenueRejected` of the right kind."""
        ...

    def cancel(self, symbol: str, order_id: str) -> PracticeOrder:
        """Cancel a working order; one that has ended stays as it is."""
        ...

    def set_leverage(self, symbol: str, leverage: int) -> None:
        """Change the setting; `VenueRejected` where positions or tiers forbid it."""
        ...

    def set_margin_mode(self, mode: MarginMode) -> None:
        """Change the mode; `VenueRejected` while a position is open."""
        ...


class PracticeExchange(Protocol):
    """The exchange behind every wire."""

    @property
    def now_ms(self) -> int:
        """The exchange's clock, UTC milliseconds."""
        ...

    @property
    def accounts(self) -> Sequence[PracticeAccount]:
        """Every account."""
        ...

    def account(self, api_key: str) -> PracticeAccount | None:
        """The account of a key, or None."""
        ...

    def instruments(self) -> tuple[UnifiedInstrument, ...]:
        """What is listed, by symbol; the venue's own spelling is the dialect's business."""
        ...

    def instrument(self, symbol: str) -> UnifiedInstrument | None:
        """One of them, or None."""
        ...

    def is_trading(self, symbol: str) -> bool:
        """False once a symbol is being delisted: orders are refused, data still comes."""
        ...

    def book(self, symbol: str) -> UnifiedOrderBook:
        """The whole book; `sequence` is the final id of its last change."""
        ...

    def ticker(self, symbol: str) -> UnifiedTicker:
        """Last, best bid and ask, mark and index price."""
        ...

    def mark(self, symbol: str) -> MarkMoved:
        """Mark price and funding as they stand."""
        ...

    def trades(self, symbol: str, limit: int) -> tuple[UnifiedTrade, ...]:
        """The latest public trades, oldest first."""
        ...

    def candles(self, symbol: str, interval_ms: int, start_ms: int, end_ms: int) -> tuple[UnifiedCandle, ...]:
        """Candles opening in [start, end), oldest first; the last may still be forming (`is_closed`)."""
        ...

    def funding_rates(self, symbol: str, start_ms: int, end_ms: int) -> tuple[UnifiedFundingRate, ...]:
        """Rates exchanged in [start, end), oldest first."""
        ...

    def watch_candles(self, interval_ms: int) -> None:
        """Ask for `CandleMoved` of this interval from now on."""
        ...
