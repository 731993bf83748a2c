"""`ExchangeWebSocketProtocol` over the venue's /ws."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alphastrike.adapters.hyperliquid.account_reads import AccountReads
from alphastrike.adapters.hyperliquid.candle_follower import CandleFollower
from alphastrike.adapters.hyperliquid.client_ids import ClientIds
from alphastrike.adapters.hyperliquid.market_reads import MarketReads, interval_name
from alphastrike.adapters.hyperliquid.market_stream import MarketTakers
from alphastrike.adapters.hyperliquid.stream_script import (
    HEARTBEAT,
    PING_EVERY_S,
    HyperliquidScript,
    Subscription,
)
from alphastrike.adapters.hyperliquid.user_stream import UserStream
from alphastrike.domain.account import AccountNews
from alphastrike.domain.errors import VenueUnreachable
from alphastrike.domain.market import UnifiedCandle, UnifiedOrderBook, UnifiedTicker, UnifiedTrade
from alphastrike.domain.orders import UnifiedFill, UnifiedOrderResult
from alphastrike.domain.streams import StreamChanged, StreamState
from alphastrike.transport.backoff import Chance
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.clock import Clock
from alphastrike.transport.sockets import SocketConnector
from alphastrike.transport.stream import Stream, StreamTerms, TopicTerms
from alphastrike.transport.stream_board import StreamBoard

_TERMS = StreamTerms(ping_every_s=PING_EVERY_S)
_USER_LIVE_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class StreamSurroundings:
    """What streams are given instead of taking it."""

    url: str
    connector: SocketConnector
    clock: Clock
    chance: Chance


class HyperliquidWebSocket:
    """Streams of the venue: one connection a kind of request, one for the account; the venue allows ten."""

    def __init__(
        self, market: MarketReads, account: AccountReads, ids: ClientIds, around: StreamSurroundings
    ) -> None:
        """Connect to nothing before `connect`."""
        self._market = market
        self._account = account
        self._ids = ids
        self._around = around
        self._is_open = False
        self._opened = _Opened(StreamBoard(around.clock))

    async def connect(self) -> None:
        """Open the account's stream, where there is an account, and wait until it is live; twice is once."""
        if self._is_open:
            return
        self._is_open = True
        self._opened = _Opened(StreamBoard(self._around.clock))
        if not self._account.is_known:
            return
        user = UserStream(self._account.user, self._ids)
        self._opened.user = user
        kept = (user.fills, user.orders, user.news)
        self._start("user", user.subscriptions(), kept, _nothing)
        await self._until_user_live(self._opened.board.changes())

    async def close(self) -> None:
        """End every stream after what it still holds; safe to call twice."""
        self._is_open = False
        await self._opened.close()

    def candles(self, symbols: Sequence[str], interval_ms: int) -> AsyncIterator[UnifiedCandle]:
        """Forming candles, and each closed one once, in order and without a gap."""
        self._check_open()
        name = interval_name(interval_ms)
        coins = self._coins(symbols)
        key = f"candles:{name}:{','.join(sorted(symbols))}"
        if key not in self._opened.streams:
            takers = MarketTakers(self._around.clock)
            followers = {symbol: self._follower(symbol, interval_ms, takers.candles) for symbol in coins}
            wanted = [
                Subscription(
                    {"type": "candle", "coin": coin, "interval": name},
                    TopicTerms(f"candles:{symbol}", max_silence_s=None),
                    takers.candle_taker(followers[symbol].take),
                )
                for symbol, coin in coins.items()
            ]
            self._start(key, wanted, (), _each(followers.values()), takers.candles)
            for follower in followers.values():
                self._opened.tasks.append(asyncio.create_task(follower.run(self._around.clock)))
        return self._opened.sources[key].reader()

    def trades(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTrade]:
        """Public trades, each once."""
        takers = MarketTakers(self._around.clock)
        return self._source("trades", "trades", symbols, takers.take_trades, takers.trades)

    def order_books(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedOrderBook]:
        """The best twenty levels after every change; each is whole, so none builds on another."""
        takers = MarketTakers(self._around.clock)
        return self._source("book", "l2Book", symbols, takers.take_book, takers.books)

    def tickers(self, symbols: Sequence[str]) -> AsyncIterator[UnifiedTicker]:
        """Best bid and ask as they move; the last price is their middle, as the venue sends no other."""
        takers = MarketTakers(self._around.clock)
        return self._source("ticker", "bbo", symbols, takers.take_best, takers.tickers)

    def fills(self) -> AsyncIterator[UnifiedFill]:
        """This account's fills, each once, those of a lost connection included."""
        return self._user().fills.reader()

    def orders(self) -> AsyncIterator[UnifiedOrderResult]:
        """Changes of this account's orders."""
        return self._user().orders.reader()

    def account_news(self) -> AsyncIterator[AccountNews]:
        """Balances and positions that changed."""
        return self._user().news.reader()

    def stream_changes(self) -> AsyncIterator[StreamChanged]:
        """Every change of a stream's state."""
        self._check_open()
        return self._opened.board.changes()

    def book_state(self, symbol: str) -> StreamState:
        """State of a symbol's order book."""
        return self._opened.board.state(f"book:{symbol}")

    def _source(
        self,
        kind: str,
        channel: str,
        symbols: Sequence[str],
        take: Callable[[Any], None],
        source: Broadcast[Any],
    ) -> AsyncIterator[Any]:
        self._check_open()
        key = f"{kind}:{','.join(sorted(symbols))}"
        if key not in self._opened.streams:
            silence_s = 15.0 if kind == "book" else None  # the venue repeats a book at least every second
            wanted = [
                Subscription(
                    {"type": channel, "coin": coin},
                    TopicTerms(f"{kind}:{symbol}", max_silence_s=silence_s),
                    take,
                )
                for symbol, coin in self._coins(symbols).items()
            ]
            self._start(key, wanted, (), _nothing, source)
        return self._opened.sources[key].reader()

    def _start(
        self,
        key: str,
        wanted: Sequence[Subscription],
        kept: Sequence[Broadcast[Any]],
        on_opened: Callable[[], None],
        source: Broadcast[Any] | None = None,
    ) -> None:
        around = self._around
        script = HyperliquidScript(around.url, wanted, kept, on_opened)
        stream = Stream(script, around.connector, self._opened.board, around.chance, _TERMS)
        self._opened.streams[key] = stream
        if source is not None:
            self._opened.sources[key] = source
        stream.start()

    def _follower(self, symbol: str, interval_ms: int, to: Broadcast[UnifiedCandle]) -> CandleFollower:
        return CandleFollower(symbol, interval_ms, self._market.candles, to.put, self._around.chance)

    def _coins(self, symbols: Sequence[str]) -> dict[str, str]:
        return {symbol: self._market.asset(symbol).coin for symbol in symbols}

    async def _until_user_live(self, changes: AsyncIterator[StreamChanged]) -> None:
        try:
            async with asyncio.timeout(_USER_LIVE_WITHIN_S):
                while not self._is_user_live():
                    await anext(changes)
        except TimeoutError:
            await self.close()
            raise VenueUnreachable(
                f"hyperliquid streams: the account's stream is not live after {_USER_LIVE_WITHIN_S:g} s"
            ) from None

    def _is_user_live(self) -> bool:
        topics = ("user:fills", "user:orders", "user:account", HEARTBEAT.topic)
        return all(self._opened.board.state(topic) is StreamState.LIVE for topic in topics)

    def _user(self) -> UserStream:
        self._check_open()
        if self._opened.user is None:
            self._account.user  # noqa: B018 says what is missing
            raise VenueUnreachable("hyperliquid: the account's stream is not open; connect again")
        return self._opened.user

    def _check_open(self) -> None:
        if not self._is_open:
            raise VenueUnreachable("hyperliquid streams: not connected; call connect() first")


class _Opened:
    """What one connect has opened."""

    def __init__(self, board: StreamBoard) -> None:
        self.board = board
        self.user: UserStream | None = None
        self.streams: dict[str, Stream] = {}
        self.sources: dict[str, Broadcast[Any]] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        for stream in self.streams.values():
            await stream.close()
        for source in self.sources.values():
            source.end()
        if self.user is not None:
            self.user.end()
        self.board.end()


def _each(followers: Iterator[CandleFollower] | Any) -> Callable[[], None]:
    known = tuple(followers)

    def look_again() -> None:
        for follower in known:
            follower.look_again()

    return look_again


def _nothing() -> None:
    """Market data start anew by themselves."""
