"""Streams of a venue that is asked and never listened to: closed candles, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from alphastrike.domain.account import AccountNews
from alphastrike.domain.errors import Unsupported, VenueUnreachable
from alphastrike.domain.market import UnifiedCandle, UnifiedOrderBook, UnifiedTicker, UnifiedTrade
from alphastrike.domain.orders import UnifiedFill, UnifiedOrderResult
from alphastrike.domain.streams import StreamChanged, StreamState
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.candle_closing import CandleClosing
from alphastrike.transport.clock import Clock
from alphastrike.transport.stream_board import StreamBoard


class CandleSource(Protocol):
    """Whom to ask."""

    def check_candles(self, symbols: Sequence[str], interval_ms: int) -> None:
        """`VenueRejected` for a symbol or an interval the venue does not keep candles of."""
        ...

    def now_ms(self) -> int:
        """The venue's time, as well as known."""
        ...

    async def get_candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles opening in [start, end), oldest first."""
        ...


class PolledStreams:
    """`ExchangeWebSocketProtocol` without a socket. What it lacks is `Unsupported`, as capabilities say."""

    def __init__(self, source: CandleSource, clock: Clock) -> None:
        """Ask nothing yet."""
        self._source = source
        self._board = StreamBoard(clock)
        self._candles: Broadcast[UnifiedCandle] = Broadcast(drops_oldest=True)
        self._followers: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._is_open = False

    async def connect(self) -> None:
        """Allow streams to be opened."""
        self._is_open = True

    async def close(self) -> None:
        """End every stream; safe to call twice."""
        self._is_open = False
        followers, self._followers = tuple(self._followers.values()), {}
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)
        self._candles.end()
        self._board.end()

    def candles(self, symbols: Sequence[str], interval_ms: int) -> AsyncIterator[UnifiedCandle]:
        """Closed candles, read when the venue's clock says that they are over."""
        self._need_open()
        self._source.check_candles(symbols, interval_ms)
        wanted = frozenset(symbols)
        reader = self._candles.reader(lambda one: one.symbol in wanted and one.interval_ms == interval_ms)
        for symbol in symbols:
            if (symbol, interval_ms) not in self._followers:
                follower = asyncio.create_task(self._follow(symbol, interval_ms))
                self._followers[symbol, interval_ms] = follower
        return reader

    def trades(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTrade]:
        """`supports_trade_stream` is false."""
        raise Unsupported(
            f"trades of {', '.join(symbols)}: observed at a venue that is polled, allowed candles()"
        )

    def tickers(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTicker]:
        """`supports_ticker_stream` is false."""
        raise Unsupported(
            f"tickers of {', '.join(symbols)}: observed at a venue that is polled, allowed candles()"
        )

    def order_books(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedOrderBook]:
        """`supports_book_stream` is false."""
        raise Unsupported(
            f"books of {', '.join(symbols)}: observed at a venue that is polled, allowed candles()"
        )

    def fills(self) -> AsyncIterator[UnifiedFill]:
        """`supports_user_streams` is false."""
        raise Unsupported("fills: observed at a venue that is polled, allowed get_fills()")

    def orders(self) -> AsyncIterator[UnifiedOrderResult]:
        """`supports_user_streams` is false."""
        raise Unsupported("orders: observed at a venue that is polled, allowed get_order()")

    def account_news(self) -> AsyncIterator[AccountNews]:
        """`supports_user_streams` is false."""
        raise Unsupported("account_news: observed at a venue that is polled, allowed get_positions()")

    def stream_changes(self) -> AsyncIterator[StreamChanged]:
        """Every change of a stream's state."""
        return self._board.changes()

    def book_state(self, symbol: str) -> StreamState:
        """Closed: there is no book."""
        return self._board.state(f"book:{symbol}")

    def _need_open(self) -> None:
        if not self._is_open:
            raise VenueUnreachable("streams: not connected; call connect() first")

    async def _follow(self, symbol: str, interval_ms: int) -> None:
        async def ask(start_ms: int, end_ms: int) -> Sequence[UnifiedCandle]:
            return await self._source.get_candles(symbol, interval_ms, start_ms, end_ms)

        self._board.set(f"candles:{symbol}", StreamState.LIVE)
        await CandleClosing(interval_ms, self._source.now_ms, ask, self._candles.put).run()
