"""Streams from the simulated venue, fed whenever it advances or takes an order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Any, Generic, Self, TypeVar
from weakref import WeakSet

from alphastrike.adapters.simulated.exchange import Report, SimulatedExchange
from alphastrike.domain.account import AccountNews
from alphastrike.domain.errors import Unsupported, VenueUnreachable
from alphastrike.domain.market import UnifiedCandle, UnifiedOrderBook, UnifiedTicker, UnifiedTrade
from alphastrike.domain.orders import UnifiedFill, UnifiedOrderResult
from alphastrike.domain.streams import StreamChanged, StreamState

_MOST_UNREAD = 10_000

_CANDLES_ONLY = "the simulated venue has candles only; allowed: candles(), or a venue that says it can"

T = TypeVar("T", bound=Report | AccountNews | StreamChanged)


class _Stream(Generic[T]):
    """Reports of one kind, waiting to be read; those left when it ends are still delivered."""

    def __init__(self, kind: type[T], symbols: frozenset[str] | None, most: int | None) -> None:
        self.unread: deque[T] = deque(maxlen=most)
        self._kind = kind
        self._symbols = symbols
        self._has_ended = False
        self._news = asyncio.Event()

    def offer(self, report: Report) -> None:
        if isinstance(report, self._kind) and (self._symbols is None or report.symbol in self._symbols):
            self.unread.append(report)
            self._news.set()

    def end(self) -> None:
        self._has_ended = True
        self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self.unread:
            if self._has_ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self.unread.popleft()


class SimulatedWebSocket:
    """`ExchangeWebSocketProtocol` over a simulated exchange.

    A stream starts at the call that returns it. Fills and orders are never dropped: with
    `most_unread` of them waiting in one stream, the venue refuses to move until they are read. Of
    candles the newest `most_unread` are kept. A stream that nobody holds any more is forgotten.
    """

    def __init__(self, exchange: SimulatedExchange, *, most_unread: int = _MOST_UNREAD) -> None:
        """Listen to this exchange once connected."""
        self._exchange = exchange
        self._most_unread = most_unread
        self._is_connected = False
        self._market: WeakSet[_Stream[Any]] = WeakSet()
        self._user: WeakSet[_Stream[Any]] = WeakSet()

    async def connect(self) -> None:
        """Begin to listen; twice is once."""
        if not self._is_connected:
            self._is_connected = True
            self._exchange.join(self)

    async def close(self) -> None:
        """End every stream after what it still holds; safe to call twice."""
        self._exchange.leave(self)
        self._is_connected = False
        for stream in (*self._market, *self._user):
            stream.end()
        self._market.clear()
        self._user.clear()

    @property
    def has_room(self) -> bool:
        """Whether every stream of fills and orders can take more."""
        return all(len(stream.unread) < self._most_unread for stream in self._user)

    def hear(self, report: Report) -> None:
        """Put a report of the venue into the streams it belongs to."""
        for stream in (*self._market, *self._user):
            stream.offer(report)

    def candles(self, symbols: Sequence[str], interval_ms: int) -> AsyncIterator[UnifiedCandle]:
        """Closed candles of the market's own interval; none is shown while it forms."""
        self._need_connection()
        self._exchange.check_interval(interval_ms)
        for symbol in symbols:
            self._exchange.row(symbol)
        stream = _Stream(UnifiedCandle, frozenset(symbols), self._most_unread)
        self._market.add(stream)
        return stream

    def trades(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTrade]:
        """Always refused: candles hold no prints (`supports_trade_stream` is false)."""
        raise Unsupported(f"trades of {', '.join(symbols)}: {_CANDLES_ONLY}")

    def fills(self) -> AsyncIterator[UnifiedFill]:
        """This account's fills, liquidations included."""
        return self._user_stream(UnifiedFill)

    def orders(self) -> AsyncIterator[UnifiedOrderResult]:
        """Every new state of this account's orders, fills included."""
        return self._user_stream(UnifiedOrderResult)

    def order_books(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedOrderBook]:
        """Always refused: candles hold no depth (`supports_book_stream` is false)."""
        raise Unsupported(f"order book of {', '.join(symbols)}: {_CANDLES_ONLY}")

    def tickers(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTicker]:
        """Always refused: candles hold no quotes (`supports_ticker_stream` is false)."""
        raise Unsupported(f"tickers of {', '.join(symbols)}: {_CANDLES_ONLY}")

    def account_news(self) -> AsyncIterator[AccountNews]:
        """Ends with the connection and says nothing before: fills tell all, and REST is never behind."""
        return self._user_stream(AccountNews)

    def stream_changes(self) -> AsyncIterator[StreamChanged]:
        """Ends with the connection: streams here are live from first to last."""
        return self._user_stream(StreamChanged)

    def book_state(self, symbol: str) -> StreamState:
        """Always closed: there is no book to follow, and no order here needs one."""
        self._exchange.row(symbol)
        return StreamState.CLOSED

    def _user_stream(self, kind: type[T]) -> _Stream[T]:
        self._need_connection()
        stream = _Stream(kind, None, None)
        self._user.add(stream)
        return stream

    def _need_connection(self) -> None:
        if not self._is_connected:
            raise VenueUnreachable("simulated venue: not connected; call connect() first")
