"""What WEEX says on its public and private sockets, turned into unified values and readers' mailboxes."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from alphastrike.adapters.weex.mappers import to_candle, to_trade
from alphastrike.adapters.weex.spelling import INTERVALS_MS, native_interval
from alphastrike.domain.errors import VenueUnreachable
from alphastrike.domain.market import UnifiedCandle, UnifiedOrderBook, UnifiedTrade
from alphastrike.domain.streams import StreamState
from alphastrike.domain.wire_values import Row, integer_at, rows_of, text_at
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.json_text import BrokenJson, decode, encode
from alphastrike.transport.order_book import Applied, BookDelta, SequencedBook, levels_of
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.stream import TopicTerms
from alphastrike.transport.stream_board import StreamBoard

BOOK_DEPTH = 20
_MOST_EARLY = 20
_PINGS = ("ping",)


def control_answer(message: Row, number: "itertools.count[int]") -> list[str] | None:
    """Frames to answer a control message with; None for one that carries data.

    The public socket says `event: ping`, the private one `type: ping`; both want a PONG with an id. A
    refused subscription ends the connection: asking again later is all that can help.
    """
    if message.get("result") is False:
        raise SocketClosed(f"weex refused a subscription: {str(message.get('msg'))[:120]}")
    if message.get("event") in _PINGS or message.get("type") in _PINGS:
        return [encode({"id": str(next(number)), "method": "PONG"}).decode()]
    return None if "e" in message else []


def subscription(channels: Sequence[str], number: "itertools.count[int]") -> str:
    """The frame that asks for channels."""
    return encode({"id": str(next(number)), "method": "SUBSCRIBE", "params": list(channels)}).decode()


def parsed(frame: str | bytes) -> Row | None:
    """A frame's object; None for what is none, which is ignored."""
    try:
        message = decode(frame)
    except BrokenJson:
        return None
    return message if isinstance(message, dict) else None


@dataclass
class MarketScript:
    """`StreamScript` of public channels. `forming` is given every candle as it forms."""

    url: str
    channels: Sequence[str]
    terms: Sequence[TopicTerms]
    board: StreamBoard
    forming: Callable[[UnifiedCandle], None]
    trades: Broadcast[UnifiedTrade]
    books: Broadcast[UnifiedOrderBook]
    _number: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _books: dict[str, SequencedBook] = field(default_factory=dict)
    _early: dict[str, int] = field(default_factory=dict)  # changes since the connection without a snapshot
    _seen: dict[str, list[str]] = field(default_factory=dict)

    async def address(self) -> tuple[str, Mapping[str, str]]:
        """The venue refuses a handshake without a User-Agent."""
        return self.url, {"User-Agent": "alphastrike"}

    def greetings(self) -> Sequence[str]:
        """Subscribe to everything at once."""
        return [subscription(self.channels, self._number)]

    def topics(self) -> Sequence[TopicTerms]:
        """What is subscribed to."""
        return self.terms

    def take(self, frame: str | bytes) -> tuple[str, Sequence[str]]:
        """Understand one frame; what cannot be read is ignored, and its topic grows stale."""
        message = parsed(frame)
        if message is None:
            return "", ()
        answers = control_answer(message, self._number)
        if answers is not None:
            return "", answers
        try:
            return self._data(message), ()
        except VenueUnreachable:
            return "", ()
        except (ValueError, TypeError, IndexError) as error:  # levels that are none
            raise SocketClosed(f"frame {frame[:60]!r}: {error}") from error

    def ping(self) -> str | None:
        """The venue pings; nothing is asked of us."""
        return None

    def opened(self) -> None:
        """A fresh connection: books start over; candles that ended meanwhile are found by their times."""
        self._early.clear()
        for book in self._books.values():
            book.spoil()

    @property
    def has_room(self) -> bool:
        """Always: market data keep the newest."""
        return True

    async def room(self) -> None:
        """Never waited for."""

    def _data(self, message: Row) -> str:
        kind, symbol = text_at(message, "e").removesuffix("Snapshot"), text_at(message, "s")
        if kind == "kline":
            self._take_candles(symbol, message)
            return f"candles:{symbol}"
        if kind == "trade":
            self._take_trades(symbol, message)
            return f"trades:{symbol}"
        if kind == "depth":
            self._take_book(symbol, message)
            return f"book:{symbol}"
        return ""

    def _take_candles(self, symbol: str, message: Row) -> None:
        for row in rows_of(message.get("d")):
            interval_ms = INTERVALS_MS.get(text_at(row, "i"))
            if interval_ms is not None:
                self.forming(to_candle(symbol, interval_ms, row, 0))

    def _take_trades(self, symbol: str, message: Row) -> None:
        seen = self._seen.setdefault(symbol, [])
        trades = (to_trade(symbol, row) for row in rows_of(message.get("d")))
        for trade in sorted(trades, key=lambda one: one.event_time_ms):
            if trade.trade_id not in seen:
                self.trades.put(trade)
                seen.append(trade.trade_id)
        del seen[:-1000]

    def _take_book(self, symbol: str, message: Row) -> None:
        book = self._books.setdefault(symbol, SequencedBook(symbol))
        first, last, at_ms = integer_at(message, "U"), integer_at(message, "u"), integer_at(message, "E")
        bids, asks = levels_of(message.get("b") or []), levels_of(message.get("a") or [])
        if message.get("e") == "depthSnapshot" or message.get("d") == "SNAPSHOT":
            applied = book.load(last, bids, asks, at_ms)
        elif not book.is_usable:
            self._wait_for_snapshot(symbol)
            return
        else:
            applied = book.apply(BookDelta(first, last, None, at_ms, bids, asks))
        if applied in (Applied.GAP, Applied.CROSSED):
            self.board.set(f"book:{symbol}", StreamState.STALE, f"{applied.value} at U {first}")
            raise SocketClosed(f"book:{symbol}: {applied.value} at U {first}; a new snapshot is needed")
        if applied is Applied.APPLIED:
            self.board.set(f"book:{symbol}", StreamState.LIVE)
            self.books.put(book.top(BOOK_DEPTH))

    def _wait_for_snapshot(self, symbol: str) -> None:
        """A few changes may come before it; one that never comes is asked for by a new subscription."""
        self._early[symbol] = self._early.get(symbol, 0) + 1
        if self._early[symbol] > _MOST_EARLY:
            raise SocketClosed(f"book:{symbol}: observed {_MOST_EARLY} changes first, allowed a snapshot")


def channel_of(kind: str, symbol: str, interval_ms: int = 0) -> str:
    """The name of a public channel: `book`, `trades` or `candles`."""
    if kind == "candles":
        return f"{symbol}@kline_{native_interval(interval_ms)}_LAST_PRICE"
    return f"{symbol}@trade" if kind == "trades" else f"{symbol}@depth200"
