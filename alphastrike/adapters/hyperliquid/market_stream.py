"""Market data from the stream to its readers: newest first kept, each trade once."""

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.mappers import to_candle, to_order_book, to_trade
from alphastrike.adapters.hyperliquid.symbols import to_symbol
from alphastrike.domain.market import UnifiedCandle, UnifiedOrderBook, UnifiedTicker, UnifiedTrade
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.clock import Clock

_TRADES_REMEMBERED = 5_000


class MarketTakers:
    """Readers' ends of one connection's market data."""

    def __init__(self, clock: Clock) -> None:
        """Have told nothing."""
        self.candles: Broadcast[UnifiedCandle] = Broadcast(drops_oldest=True)
        self.trades: Broadcast[UnifiedTrade] = Broadcast(drops_oldest=True)
        self.books: Broadcast[UnifiedOrderBook] = Broadcast(drops_oldest=True)
        self.tickers: Broadcast[UnifiedTicker] = Broadcast(drops_oldest=True)
        self._clock = clock
        self._order: deque[tuple[str, str]] = deque()
        self._known: set[tuple[str, str]] = set()

    def candle_taker(self, follow: Callable[[UnifiedCandle], None]) -> Callable[[Any], None]:
        """Reads candle frames of one symbol for its follower."""

        def take(data: Any) -> None:
            candle = to_candle(data, self._clock.now_ms())
            if candle is not None:
                follow(candle)

        return take

    def take_trades(self, data: Any) -> None:
        """A frame of trades; a connection starts with trades already told."""
        for trade in sorted(data, key=lambda native: native["time"]):
            found = to_trade(trade)
            if found is not None and self._is_new((found.symbol, found.trade_id)):
                self.trades.put(found)

    def take_book(self, data: Any) -> None:
        """A whole book; one that crosses itself is none."""
        book = to_order_book(data)
        if book is None or not book.bids or not book.asks:
            return
        if book.bids[0][0] >= book.asks[0][0]:
            raise ValueError(f"crossed book: bid {book.bids[0][0]}, ask {book.asks[0][0]}")
        self.books.put(book)

    def take_best(self, data: Any) -> None:
        """Best bid and ask; nothing while a side is empty."""
        symbol = to_symbol(data["coin"])
        bid, ask = data["bbo"]
        if symbol is None or bid is None or ask is None:
            return
        best_bid, best_ask = Decimal(bid["px"]), Decimal(ask["px"])
        middle = (best_bid + best_ask) / 2
        self.tickers.put(UnifiedTicker(symbol, middle, best_bid, best_ask, int(data["time"])))

    def _is_new(self, number: tuple[str, str]) -> bool:
        if number in self._known:
            return False
        self._known.add(number)
        self._order.append(number)
        if len(self._order) > _TRADES_REMEMBERED:
            self._known.discard(self._order.popleft())
        return True
