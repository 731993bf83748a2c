"""Binance's public and market WebSocket routes at the practice exchange."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from alphastrike.adapters.binance.practice_market import LENGTHS
from alphastrike.adapters.binance.practice_words import text
from alphastrike.domain.practice import (
    BookMoved,
    CandleMoved,
    ExchangeEvent,
    MarkMoved,
    PracticeExchange,
    TradePrinted,
)
from alphastrike.transport.dialect import WireFrame

ROUTES = {
    "depth": "public",
    "bookTicker": "public",
    "trade": "public",
    "aggTrade": "market",
    "kline": "market",
    "markPrice": "market",
    "ticker": "market",
    "miniTicker": "market",
}
_LIFE_MS = 24 * 3_600_000


class MarketConversation:
    """A connection of the public or market route: streams of the other are acknowledged and stay silent."""

    def __init__(
        self, exchange: PracticeExchange, route: str, streams: Sequence[str], *, combined: bool
    ) -> None:
        """Send these streams, and others once asked."""
        self._exchange = exchange
        self._route = route
        self._combined = combined
        self._streams: set[str] = set()
        self._opened_ms = exchange.now_ms
        self.is_over = False
        self._add(streams)

    def opened(self) -> Sequence[WireFrame]:
        """Nothing."""
        return ()

    def hear(self, text: str) -> Sequence[WireFrame]:
        """SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS."""
        try:
            asked = json.loads(text)
            method, params = asked["method"], asked.get("params", [])
        except (ValueError, KeyError, TypeError):
            return (_frame({"error": {"code": 2, "msg": "Invalid request"}}),)
        result: Any = None
        if method == "SUBSCRIBE":
            self._add(params)
        elif method == "UNSUBSCRIBE":
            self._streams -= set(params)
        elif method == "LIST_SUBSCRIPTIONS":
            result = sorted(self._streams)
        return (_frame({"result": result, "id": asked.get("id")}),)

    def tell(self, event: ExchangeEvent) -> Sequence[WireFrame]:
        """Market events of the streams asked for."""
        if isinstance(event, BookMoved):
            return self._book(event)
        if isinstance(event, TradePrinted):
            return self._trade(event)
        if isinstance(event, CandleMoved):
            return self._candle(event)
        if isinstance(event, MarkMoved):
            return self._mark(event)
        return ()

    def tick(self, now_ms: int) -> Sequence[WireFrame]:
        """A connection lives 24 hours."""
        self.is_over = self.is_over or now_ms - self._opened_ms >= _LIFE_MS
        return ()

    def _add(self, streams: Sequence[str]) -> None:
        for stream in streams:
            kind = stream.partition("@")[2]
            name = kind.partition("@")[0].partition("_")[0].rstrip("0123456789")
            if ROUTES.get(name) == self._route:
                self._streams.add(stream)
            if name == "kline" and kind.partition("_")[2] in LENGTHS:
                self._exchange.watch_candles(LENGTHS[kind.partition("_")[2]])

    def _wanted(self, symbol: str, *kinds: str) -> list[str]:
        lower = symbol.lower()
        return [f"{lower}@{kind}" for kind in kinds if f"{lower}@{kind}" in self._streams]

    def _say(self, streams: Sequence[str], body: Mapping[str, Any], topic: str) -> list[WireFrame]:
        if not self._combined:
            return [_frame(body, topic)] if streams else []
        return [_frame({"stream": stream, "data": body}, topic) for stream in streams]

    def _book(self, event: BookMoved) -> Sequence[WireFrame]:
        symbol = event.symbol
        frames: list[WireFrame] = []
        depth = self._wanted(symbol, "depth", "depth@100ms", "depth@250ms", "depth@500ms")
        if depth:
            body = {
                "e": "depthUpdate",
                "E": event.event_time_ms,
                "T": event.event_time_ms,
                "s": symbol,
                "ps": symbol,
                "U": event.first_id,
                "u": event.final_id,
                "pu": event.previous_final_id,
                "b": [[text(price), text(quantity)] for price, quantity in event.bids],
                "a": [[text(price), text(quantity)] for price, quantity in event.asks],
            }
            frames += self._say(depth, body, f"book:{symbol}")
        quotes = self._wanted(symbol, "bookTicker")
        if quotes:
            book = self._exchange.book(symbol)
            quote = {
                "e": "bookTicker",
                "u": event.final_id,
                "E": event.event_time_ms,
                "T": event.event_time_ms,
                "s": symbol,
                "ps": symbol,
                "b": text(book.bids[0][0]),
                "B": text(book.bids[0][1]),
                "a": text(book.asks[0][0]),
                "A": text(book.asks[0][1]),
            }
            frames += self._say(quotes, quote, f"ticker:{symbol}")
        return frames

    def _trade(self, event: TradePrinted) -> Sequence[WireFrame]:
        trade, at_ms = event.trade, event.event_time_ms
        body = {
            "E": at_ms,
            "s": trade.symbol,
            "p": text(trade.price),
            "q": text(trade.quantity),
            "T": at_ms,
            "m": trade.is_buyer_maker,
        }
        number, topic = int(trade.trade_id), f"trades:{trade.symbol}"
        joined = {"e": "aggTrade", "a": number, "f": number, "l": number, "nq": body["q"], **body}
        single = {"e": "trade", "t": number, "X": "MARKET", **body}
        return [
            *self._say(self._wanted(trade.symbol, "aggTrade"), joined, topic),
            *self._say(self._wanted(trade.symbol, "trade"), single, topic),
        ]

    def _candle(self, event: CandleMoved) -> Sequence[WireFrame]:
        candle = event.candle
        name = next(name for name, length in LENGTHS.items() if length == candle.interval_ms)
        wanted = self._wanted(candle.symbol, f"kline_{name}")
        if not wanted:
            return ()
        bought = candle.taker_buy_volume or 0.0
        body = {
            "e": "kline",
            "E": event.event_time_ms,
            "s": candle.symbol,
            "k": {
                "t": candle.open_time_ms,
                "T": candle.close_time_ms,
                "s": candle.symbol,
                "i": name,
                "f": 0,
                "L": 0,
                "o": text(candle.open),
                "c": text(candle.close),
                "h": text(candle.high),
                "l": text(candle.low),
                "v": text(candle.volume),
                "n": 1,
                "x": candle.is_closed,
                "q": text(round(candle.volume * candle.close, 4)),
                "V": text(bought),
                "Q": text(round(bought * candle.close, 4)),
                "B": "0",
            },
        }
        return self._say(wanted, body, f"candles:{candle.symbol}")

    def _mark(self, event: MarkMoved) -> Sequence[WireFrame]:
        body = {
            "e": "markPriceUpdate",
            "E": event.event_time_ms,
            "s": event.symbol,
            "p": text(event.mark_price),
            "i": text(event.index_price),
            "P": text(event.index_price),
            "r": text(event.funding_rate),
            "T": event.next_funding_ms,
        }
        wanted = self._wanted(event.symbol, "markPrice", "markPrice@1s")
        return self._say(wanted, body, f"ticker:{event.symbol}")


def _frame(body: Mapping[str, Any], topic: str = "control") -> WireFrame:
    return WireFrame(json.dumps(body, separators=(",", ":")), topic)
