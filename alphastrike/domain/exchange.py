"""The two contracts every venue adapter implements, and its capabilities as data."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from alphastrike.domain.account import AccountNews, MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.instruments import MarginTier, UnifiedInstrument
from alphastrike.domain.market import (
    UnifiedCandle,
    UnifiedFundingRate,
    UnifiedOrderBook,
    UnifiedTicker,
    UnifiedTrade,
)
from alphastrike.domain.orders import UnifiedFill, UnifiedOrder, UnifiedOrderResult
from alphastrike.domain.streams import StreamChanged, StreamState


@dataclass(frozen=True, slots=True)
class VenueCapabilities:
    """What a venue can do, known before an order is sent."""

    supports_post_only: bool
    supports_conditional: bool
    supports_reduce_only: bool
    supports_fill_or_kill: bool
    supports_isolated_margin: bool
    supports_dead_man_switch: bool
    supports_trade_stream: bool
    max_client_order_id_length: int
    supports_book_stream: bool = False
    supports_ticker_stream: bool = False
    dead_man_switch_is_account_wide: bool = False  # one for all symbols; else one for each
    supports_user_streams: bool = True  # fills, orders and account news
    supports_cancel: bool = True  # also of what may still be open: open orders can be listed


@runtime_checkable
class ExchangeRESTProtocol(Protocol):
    """Requests to a venue. Symbols are `BTCUSDT`; every fault is a `VenueError`."""

    @property
    def venue(self) -> str:
        """Name of the venue."""
        ...

    @property
    def capabilities(self) -> VenueCapabilities:
        """What this venue can do."""
        ...

    async def connect(self) -> None:
        """Open the connections this adapter needs."""
        ...

    async def close(self) -> None:
        """Close them; safe to call twice."""
        ...

    async def get_server_time_ms(self) -> int:
        """The venue's clock."""
        ...

    async def get_instruments(self) -> Sequence[UnifiedInstrument]:
        """Every tradable instrument, sorted by symbol."""
        ...

    async def get_ticker(self, symbol: str) -> UnifiedTicker:
        """The latest prices of a symbol."""
        ...

    async def get_order_book(self, symbol: str, depth: int = 20) -> UnifiedOrderBook:
        """The best `depth` levels of each side."""
        ...

    async def get_candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles whose open time lies in [start_ms, end_ms), oldest first."""
        ...

    async def get_funding_rates(
        self, symbol: str, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedFundingRate]:
        """Settled funding rates due in [start_ms, end_ms), oldest first."""
        ...

    async def get_balances(self) -> Sequence[UnifiedBalance]:
        """Every asset with a non-zero balance."""
        ...

    async def get_positions(self, symbol: str | None = None) -> Sequence[UnifiedPosition]:
        """Open positions, of one symbol or all."""
        ...

    async def get_open_orders(self, symbol: str | None = None) -> Sequence[UnifiedOrderResult]:
        """Orders that still work, conditional ones included."""
        ...

    async def get_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult | None:
        """What became of an order, or None when the venue never saw it."""
        ...

    async def place_order(self, order: UnifiedOrder) -> UnifiedOrderResult:
        """Send an order once. `VenueRejected` or `VenueOutcomeUnknown` when it did not go well."""
        ...

    async def cancel_order(self, symbol: str, client_order_id: str) -> UnifiedOrderResult:
        """Cancel an order; cancelling one that is gone is not an error."""
        ...

    async def cancel_all(self, symbol: str) -> None:
        """Cancel every working order of a symbol, conditional ones included."""
        ...

    async def get_fills(self, symbol: str, since_ms: int) -> Sequence[UnifiedFill]:
        """This account's fills of a symbol from `since_ms` on, oldest first; each has its `fill_id`."""
        ...

    async def get_margin_tiers(self, symbol: str) -> Sequence[MarginTier]:
        """Maintenance-margin brackets of a symbol, smallest notional first."""
        ...

    async def set_dead_man_switch(self, symbol: str, countdown_ms: int) -> None:
        """Have the venue cancel the symbol's orders unless asked again in time; 0 disarms it.

        `Unsupported` where `supports_dead_man_switch` is false.
        """
        ...

    async def set_leverage(self, symbol: str, leverage: int) -> bool:
        """Set the venue's own leverage (a margin setting, not a position size)."""
        ...

    async def set_margin_mode(self, symbol: str, mode: MarginMode) -> bool:
        """Choose cross or isolated margin for a symbol without an open position."""
        ...


@runtime_checkable
class TellsAccountTerms(Protocol):
    """An adapter whose venue says what a key may do, and how it keeps positions; others are not asked."""

    async def can_withdraw(self) -> bool | None:
        """Whether this key may take money out of the account; None where the venue does not tell."""
        ...

    async def is_one_way(self) -> bool:
        """Whether a symbol has one position, long or short, and not one of each."""
        ...


@runtime_checkable
class ExchangeWebSocketProtocol(Protocol):
    """Streams from a venue, each an async iterator that ends when the adapter is closed."""

    async def connect(self) -> None:
        """Open the streams."""
        ...

    async def close(self) -> None:
        """End every stream; safe to call twice."""
        ...

    def candles(self, symbols: Sequence[str], interval_ms: int) -> AsyncIterator[UnifiedCandle]:
        """Candles as they form and close; `is_closed` tells which."""
        ...

    def trades(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTrade]:
        """Public trades."""
        ...

    def fills(self) -> AsyncIterator[UnifiedFill]:
        """This account's fills."""
        ...

    def orders(self) -> AsyncIterator[UnifiedOrderResult]:
        """Changes of this account's orders."""
        ...

    def order_books(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedOrderBook]:
        """The best levels after every change, only while the book is live and unbroken."""
        ...

    def tickers(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTicker]:
        """Best bid and ask as they move."""
        ...

    def account_news(self) -> AsyncIterator[AccountNews]:
        """Balances and positions that changed."""
        ...

    def stream_changes(self) -> AsyncIterator[StreamChanged]:
        """Every change of a stream's state; after STALE and LIVE again, ask REST what was missed."""
        ...

    def book_state(self, symbol: str) -> StreamState:
        """State of a symbol's order book; orders that need it are sent only while it is LIVE."""
        ...
