"""Streams from WEEX."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from alphastrike.adapters.weex.rest import WeexRest
from alphastrike.adapters.weex.spelling import native_interval
from alphastrike.adapters.weex.streams import MarketScript, channel_of
from alphastrike.adapters.weex.user_stream import TOPIC, UserScript
from alphastrike.domain.account import AccountNews
from alphastrike.domain.errors import Unsupported, VenueUnreachable
from alphastrike.domain.market import UnifiedCandle, UnifiedOrderBook, UnifiedTicker, UnifiedTrade
from alphastrike.domain.orders import UnifiedFill, UnifiedOrderResult
from alphastrike.domain.streams import StreamChanged, StreamState
from alphastrike.transport.backoff import Chance
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.candle_closing import CandleClosing
from alphastrike.transport.client import VenueClient
from alphastrike.transport.clock import Clock
from alphastrike.transport.credentials import Credentials
from alphastrike.transport.sockets import SocketConnector
from alphastrike.transport.stream import Stream, TopicTerms
from alphastrike.transport.stream_board import StreamBoard


class WeexWebSocket:
    """`ExchangeWebSocketProtocol` over WEEX V3. Each market stream has a connection of its own."""

    def __init__(
        self, ws_url: str, key: Credentials, rest: WeexRest, parts: "StreamParts", *, has_user_streams: bool
    ) -> None:
        """Connect to nothing yet; `rest` confirms finished candles."""
        self._url = ws_url.rstrip("/")
        self._key = key
        self._rest = rest
        self._parts = parts
        self._has_user_streams = has_user_streams
        self._board = StreamBoard(parts.clock)
        self._candles: Broadcast[UnifiedCandle] = Broadcast(drops_oldest=True)
        self._trades: Broadcast[UnifiedTrade] = Broadcast(drops_oldest=True)
        self._books: Broadcast[UnifiedOrderBook] = Broadcast(drops_oldest=True)
        self._fills: Broadcast[UnifiedFill] = Broadcast(drops_oldest=False)
        self._orders: Broadcast[UnifiedOrderResult] = Broadcast(drops_oldest=False)
        self._news: Broadcast[AccountNews] = Broadcast(drops_oldest=False)
        self._streams: dict[tuple[str, ...], Stream] = {}
        self._closings: dict[tuple[str, int], CandleClosing] = {}
        self._followers: list[asyncio.Task[None]] = []
        self._is_open = False

    async def connect(self) -> None:
        """Allow streams to be opened; each connects when it is first asked for."""
        self._is_open = True

    async def close(self) -> None:
        """End every stream; safe to call twice."""
        self._is_open = False
        followers, self._followers = self._followers, []
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)
        self._closings.clear()
        for stream in self._streams.values():
            await stream.close()
        self._streams.clear()
        for told in (self._candles, self._trades, self._books, self._fills, self._orders, self._news):
            told.end()
        self._board.end()

    def candles(self, symbols: Sequence[str], interval_ms: int) -> AsyncIterator[UnifiedCandle]:
        """Candles as they form; one that is over is read by REST first and only then shown as closed."""
        native_interval(interval_ms)
        wanted = frozenset(symbols)
        reader = self._candles.reader(lambda one: one.symbol in wanted and one.interval_ms == interval_ms)
        self._open("candles", symbols, interval_ms)
        return reader

    def trades(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTrade]:
        """Public trades, each once."""
        wanted = frozenset(symbols)
        reader = self._trades.reader(lambda one: one.symbol in wanted)
        self._open("trades", symbols, 0)
        return reader

    def order_books(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedOrderBook]:
        """The best levels after every change, only while no change is missing."""
        wanted = frozenset(symbols)
        reader = self._books.reader(lambda one: one.symbol in wanted)
        self._open("book", symbols, 0)
        return reader

    def tickers(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTicker]:
        """The contract interface streams no quotes (`supports_ticker_stream` is false)."""
        raise Unsupported(f"tickers of {', '.join(symbols)}: weex streams none; allowed: order_books()")

    def fills(self) -> AsyncIterator[UnifiedFill]:
        """This account's fills, each once."""
        self._open_user()
        return self._fills.reader()

    def orders(self) -> AsyncIterator[UnifiedOrderResult]:
        """Changes of this account's orders."""
        self._open_user()
        return self._orders.reader()

    def account_news(self) -> AsyncIterator[AccountNews]:
        """Balances and positions that changed."""
        self._open_user()
        return self._news.reader()

    def stream_changes(self) -> AsyncIterator[StreamChanged]:
        """Every change of a stream's state."""
        return self._board.changes()

    def book_state(self, symbol: str) -> StreamState:
        """State of a symbol's order book."""
        return self._board.state(f"book:{symbol}")

    def _open(self, kind: str, symbols: Sequence[str], interval_ms: int) -> None:
        self._need_open()
        for symbol in symbols:
            self._rest.check_listed(symbol)
        for symbol in symbols:
            name = (kind, symbol, str(interval_ms))
            if name in self._streams:
                continue
            terms = TopicTerms(
                f"{kind}:{symbol}", max_silence_s=_silence_s(kind), syncs_itself=kind == "book"
            )
            script = MarketScript(
                url=f"{self._url}/public",
                channels=[channel_of(kind, symbol, interval_ms)],
                terms=[terms],
                board=self._board,
                forming=self._form,
                trades=self._trades,
                books=self._books,
            )
            self._streams[name] = Stream(script, self._parts.connector, self._board, self._parts.chance)
            self._streams[name].start()
            if kind == "candles":
                self._follow(symbol, interval_ms)

    def _open_user(self) -> None:
        self._need_open()
        if not self._has_user_streams:
            raise Unsupported("user streams: observed at the demo account, allowed nothing: poll get_order")
        if (TOPIC,) in self._streams:
            return
        script = UserScript(
            url=f"{self._url}/private",
            key=self._key,
            now_ms=self._parts.client.venue_clock.now_ms,
            closes_only=self._rest.closes_only,
            orders=self._orders,
            fills=self._fills,
            news=self._news,
        )
        self._streams[TOPIC,] = Stream(script, self._parts.connector, self._board, self._parts.chance)
        self._streams[TOPIC,].start()

    def _need_open(self) -> None:
        if not self._is_open:
            raise VenueUnreachable("weex streams: not connected; call connect() first")

    def _follow(self, symbol: str, interval_ms: int) -> None:
        async def ask(start_ms: int, end_ms: int) -> Sequence[UnifiedCandle]:
            return await self._rest.get_candles(symbol, interval_ms, start_ms, end_ms)

        now_ms = self._parts.client.venue_clock.now_ms
        closing = CandleClosing(interval_ms, now_ms, ask, self._candles.put)
        self._closings[symbol, interval_ms] = closing
        self._followers.append(asyncio.create_task(closing.run()))

    def _form(self, candle: UnifiedCandle) -> None:
        closing = self._closings.get((candle.symbol, candle.interval_ms))
        if closing is not None:
            closing.form(candle)


class StreamParts:
    """What streams are given: sockets, time, chance and the client whose clock follows the venue's."""

    def __init__(self, connector: SocketConnector, clock: Clock, chance: Chance, client: VenueClient) -> None:
        """Hold them."""
        self.connector = connector
        self.clock = clock
        self.chance = chance
        self.client = client


def _silence_s(kind: str) -> float | None:
    """A book moves every second; trades and candles of a quiet symbol may not come for minutes."""
    return 60.0 if kind == "book" else 600.0
