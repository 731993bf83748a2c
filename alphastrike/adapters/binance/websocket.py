"""`ExchangeWebSocketProtocol` of Binance USD-M."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alphastrike.adapters.binance.books import LatestBooks, LiveBooks, topic_of
from alphastrike.adapters.binance.candle_filling import CandleFilling
from alphastrike.adapters.binance.catalogue import Catalogue, interval_name
from alphastrike.adapters.binance.depth_frames import depth_of
from alphastrike.adapters.binance.rest import BinanceRest
from alphastrike.adapters.binance.scripts import Handle, RoutedScript
from alphastrike.adapters.binance.stream_mappers import to_streamed_candle, to_streamed_ticker, to_trade
from alphastrike.adapters.binance.user_stream import TOPIC as USER_TOPIC
from alphastrike.adapters.binance.user_stream import UserScript
from alphastrike.domain.account import AccountNews
from alphastrike.domain.errors import VenueError, VenueUnreachable
from alphastrike.domain.market import UnifiedCandle, UnifiedOrderBook, UnifiedTicker, UnifiedTrade
from alphastrike.domain.orders import UnifiedFill, UnifiedOrderResult
from alphastrike.domain.streams import StreamChanged, StreamState
from alphastrike.transport.adapter import VenueAccess
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.stream import Stream, TopicTerms
from alphastrike.transport.stream_board import StreamBoard

_KEEP_KEY_S = 25 * 60.0
_MOST_UNREAD = 10_000


@dataclass(frozen=True, slots=True)
class _Kind:
    route: str
    suffix: str
    topic: str
    may_be_silent: bool = False


class BinanceWebSocket:
    """Streams of Binance: a connection a kind of stream, one for the account."""

    def __init__(self, access: VenueAccess, root: str, catalogue: Catalogue, *, has_account: bool) -> None:
        """Connect to nothing yet; `rest` must be set before."""
        self._access = access
        self._root = root
        self._catalogue = catalogue
        self._has_account = has_account
        self.rest: BinanceRest | None = None
        self._board = StreamBoard(access.clock)
        self._streams: list[Stream] = []
        self._parts: list[LiveBooks | CandleFilling] = []
        self._ends: list[Broadcast[Any] | LatestBooks] = []
        self._user: UserScript | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Open the private stream; those of the market open when they are asked for. Twice is once."""
        if self._user is not None:
            return
        if self._has_account:
            await self._rest().listen_key("POST")  # a key that is not accepted says so here
        self._board = StreamBoard(self._access.clock)
        self._user = UserScript(self._root, self._rest().listen_key)
        if self._has_account:
            self._start(self._user)
            self._keeping = asyncio.create_task(self._keep_key())
            while self._board.state(USER_TOPIC) is not StreamState.LIVE:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        """End every stream after what it still holds; safe to call twice."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        streams, parts, ends = self._streams, self._parts, self._ends
        self._streams, self._parts, self._ends = [], [], []
        for stream in streams:
            await stream.close()
        for part in parts:
            await part.close()
        for end in ends:
            end.end()
        user, self._user = self._user, None
        if user is not None:
            user.end()
        self._board.end()

    def candles(self, symbols: Sequence[str], interval_ms: int) -> AsyncIterator[UnifiedCandle]:
        """Candles as they form and close; closed ones without a hole."""
        name = interval_name(interval_ms)
        out: Broadcast[UnifiedCandle] = Broadcast(drops_oldest=True, most=_MOST_UNREAD)

        async def fetch(symbol: str, start_ms: int, end_ms: int) -> Sequence[UnifiedCandle]:
            return await self._rest().get_candles(symbol, interval_ms, start_ms, end_ms)

        filling = CandleFilling(interval_ms, fetch, out.put)
        self._parts.append(filling)

        def handle(event: Mapping[str, Any]) -> str:
            if event["e"] != "kline":
                return ""
            filling.take(to_streamed_candle(event, interval_ms))
            return f"candles:{event['s']}"

        self._open(_Kind("market", f"@kline_{name}", "candles"), symbols, handle)
        return self._reader(out)

    def trades(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTrade]:
        """Public trades, joined where one taker met several makers at one price; each number once."""
        out: Broadcast[UnifiedTrade] = Broadcast(drops_oldest=True, most=_MOST_UNREAD)
        last: dict[str, int] = {}

        def handle(event: Mapping[str, Any]) -> str:
            if event["e"] != "aggTrade":
                return ""
            symbol, number = str(event["s"]), int(event["a"])
            if number > last.get(symbol, -1):
                last[symbol] = number
                out.put(to_trade(event))
            return f"trades:{symbol}"

        self._open(_Kind("market", "@aggTrade", "trades", may_be_silent=True), symbols, handle)
        return self._reader(out)

    def tickers(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTicker]:
        """Best bid and ask as they move."""
        out: Broadcast[UnifiedTicker] = Broadcast(drops_oldest=True, most=_MOST_UNREAD)

        def handle(event: Mapping[str, Any]) -> str:
            if event["e"] != "bookTicker":
                return ""
            out.put(to_streamed_ticker(event))
            return f"ticker:{event['s']}"

        self._open(_Kind("public", "@bookTicker", "ticker"), symbols, handle)
        return self._reader(out)

    def order_books(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedOrderBook]:
        """The newest best 20 levels whenever they changed, only while the book is live and unbroken."""
        out = LatestBooks()
        books = LiveBooks(symbols, self._rest().market.depth, self._board, out.mark)
        self._parts.append(books)
        script = self._open(_Kind("public", "@depth@100ms", "book"), symbols, books.take)
        script.on_open, script.read = books.restart, depth_of
        self._ends.append(out)
        return out

    def fills(self) -> AsyncIterator[UnifiedFill]:
        """This account's fills."""
        return self._account().fills.reader()

    def orders(self) -> AsyncIterator[UnifiedOrderResult]:
        """Changes of this account's orders."""
        return self._account().orders.reader()

    def account_news(self) -> AsyncIterator[AccountNews]:
        """Balances and positions that changed."""
        return self._account().news.reader()

    def stream_changes(self) -> AsyncIterator[StreamChanged]:
        """Every change of a stream's state."""
        self._account()
        return self._board.changes()

    def book_state(self, symbol: str) -> StreamState:
        """State of a symbol's order book."""
        return self._board.state(topic_of(symbol))

    def _open(self, kind: "_Kind", symbols: Sequence[str], handle: Handle) -> RoutedScript:
        self._account()
        suffix, may_be_silent = kind.suffix, kind.may_be_silent
        natives = [self._catalogue.instrument(symbol).native_symbol.lower() for symbol in symbols]
        limit = None if may_be_silent else 60.0
        topics = [
            TopicTerms(
                f"{kind.topic}:{symbol}",
                None if may_be_silent else 15.0,
                limit,
                syncs_itself=kind.topic == "book",
            )
            for symbol in symbols
        ]
        script = RoutedScript(
            self._root, kind.route, [f"{native}{suffix}" for native in natives], topics, handle
        )
        self._start(script)
        return script

    def _start(self, script: RoutedScript | UserScript) -> None:
        stream = Stream(script, self._access.connector, self._board, self._access.chance)
        self._streams.append(stream)
        stream.start()

    def _reader(self, out: Broadcast[Any]) -> AsyncIterator[Any]:
        self._ends.append(out)
        return out.reader()

    async def _keep_key(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_KEY_S)
            try:
                await self._rest().listen_key("PUT")
            except VenueError:
                continue  # the venue ends a stream whose key is gone, and a new connection asks for a new key

    def _account(self) -> UserScript:
        if self._user is None:
            raise VenueUnreachable("binance: not connected; call connect() first")
        return self._user

    def _rest(self) -> BinanceRest:
        if self.rest is None:
            raise VenueUnreachable("binance: not connected; call connect() first")
        return self.rest
