"""A WEEX socket from the venue's side: subscriptions, frames, pings that must be answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from alphastrike.adapters.weex import dialect_market_words as market_words
from alphastrike.adapters.weex import dialect_words as words
from alphastrike.adapters.weex.dialect_values import position_side, text
from alphastrike.adapters.weex.spelling import INTERVALS, INTERVALS_MS
from alphastrike.domain.market import UnifiedOrderBook
from alphastrike.domain.practice import (
    AccountMoved,
    BookMoved,
    CandleMoved,
    ExchangeEvent,
    OrderMoved,
    PracticeExchange,
    TradePrinted,
)
from alphastrike.transport.dialect import WireFrame
from alphastrike.transport.json_text import BrokenJson, decode, encode

_PING_EVERY_MS: Final = 30_000
_MOST_MISSED: Final = 5
_MOST_CHANNELS: Final = 100
_MOST_REQUESTS: Final = 240
_PRIVATE: Final = {
    "account": "account",
    "positions": "positions",
    "position": "positions",
    "orders": "orders",
    "order": "orders",
    "fill": "fill",
}
_DEPTHS: Final = {"depth15": 15, "depth200": 200}


@dataclass
class WeexConversation:
    """One connection; `api_key` is whose it is, empty on the public socket."""

    exchange: PracticeExchange
    api_key: str = ""
    is_expired: Callable[[], bool] = lambda: False
    _channels: set[str] = field(default_factory=set)
    _pinged_ms: int = 0
    _missed: int = 0
    _requests: int = 0
    _sequence: int = 0
    _is_over: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the venue would close this socket now."""
        return self._is_over or self._missed > _MOST_MISSED or self.is_expired()

    def opened(self) -> Sequence[WireFrame]:
        """The venue greets first."""
        self._pinged_ms = self.exchange.now_ms
        return [_frame({"event": "connected", "time": str(self.exchange.now_ms)})]

    def hear(self, text: str) -> Sequence[WireFrame]:
        """A subscription, its end, or the answer to a ping."""
        try:
            message = decode(text)
        except BrokenJson:
            return [_frame({"result": False, "id": 0, "msg": "INVALID_ARGUMENT: no JSON"})]
        method = message.get("method") if isinstance(message, dict) else None
        if method == "PONG":
            self._missed = 0
            return [] if self.api_key else [_frame({"id": str(message.get("id")), "method": "PONG"})]
        self._requests += 1
        self._is_over = self._requests > _MOST_REQUESTS
        if method == "SUBSCRIBE":
            return self._subscribe(message)
        if method == "UNSUBSCRIBE":
            self._channels -= set(message.get("params") or ())
            return [_frame({"id": message.get("id"), "result": True})]
        return [_frame({"result": False, "id": 0, "msg": "INVALID_ARGUMENT: unknown method"})]

    def tell(self, event: ExchangeEvent) -> Sequence[WireFrame]:
        """Word an event for the channels it belongs to."""
        if isinstance(event, OrderMoved | AccountMoved):
            return self._tell_account(event) if event.api_key == self.api_key else []
        worded = _worded(event)
        if worded is None or self.api_key:
            return []
        topic, channels, message = worded
        return [_frame(message, topic) for channel in channels if channel in self._channels][:1]

    def tick(self, now_ms: int) -> Sequence[WireFrame]:
        """A ping every thirty seconds; the socket ends when several stay without an answer."""
        if now_ms - self._pinged_ms < _PING_EVERY_MS:
            return []
        self._pinged_ms = now_ms
        self._missed += 1
        return [_frame({"type" if self.api_key else "event": "ping", "time": str(now_ms)})]

    def _subscribe(self, message: Mapping[str, Any]) -> list[WireFrame]:
        channels = [str(name) for name in message.get("params") or ()]
        wrong = [name for name in channels if not self._exists(name)]
        if wrong or len(self._channels) + len(channels) > _MOST_CHANNELS:
            words_ = f"INVALID_ARGUMENT: invalid symbol or channel : {wrong or 'too many'}"
            return [_frame({"result": False, "id": message.get("id"), "msg": words_})]
        self._channels |= set(channels)
        return [
            _frame({"id": message.get("id"), "result": True}),
            *(frame for name in channels for frame in self._first(name)),
        ]

    def _exists(self, channel: str) -> bool:
        if self.api_key:
            return channel in _PRIVATE
        symbol, _, kind = channel.partition("@")
        if self.exchange.instrument(symbol) is None:
            return False
        return kind in {"trade", "ticker", *_DEPTHS} or _interval_ms(kind) is not None

    def _first(self, channel: str) -> list[WireFrame]:
        """What a channel sends before anything changes."""
        symbol, _, kind = channel.partition("@")
        if kind in _DEPTHS:
            return [_frame(_snapshot(self.exchange.book(symbol), _DEPTHS[kind]), f"book:{symbol}")]
        interval_ms = _interval_ms(kind)
        if interval_ms is None:
            return []
        self.exchange.watch_candles(interval_ms)
        now_ms = self.exchange.now_ms
        forming = self.exchange.candles(symbol, interval_ms, now_ms - interval_ms + 1, now_ms + 1)
        worded = [_worded(CandleMoved(now_ms, candle)) for candle in forming[-1:]]
        return [_frame(message, topic) for topic, _, message in filter(None, worded)]

    def _tell_account(self, event: OrderMoved | AccountMoved) -> list[WireFrame]:
        told = []
        for name, rows in _account_rows(event):
            if not {native for native, known in _PRIVATE.items() if known == name} & self._channels:
                continue
            self._sequence += 1
            head = {"e": name, "E": event.event_time_ms, "v": self._sequence, "msgEvent": "OrderUpdate"}
            told.append(_frame({**head, "d": rows}, "user"))
        return told


def _account_rows(event: OrderMoved | AccountMoved) -> list[tuple[str, list[dict[str, Any]]]]:
    if isinstance(event, AccountMoved):
        rows = [words.position_row(one, event.event_time_ms) for one in event.positions]
        wallet = text(event.balance.wallet)
        balance = {
            "coin": event.balance.asset,
            "marginMode": "CROSSED",
            "amount": wallet,
            "legacyAmount": wallet,
        }
        return [("account", [balance]), ("positions", [_texts(row) for row in rows])]
    held, fill = event.order, event.fill
    row = words.order_row(held)
    waiting = held.order.trigger_price is not None and not held.is_triggered
    order = _texts(row) | {
        "id": str(row["orderId"]),
        "coin": "USDT",
        "orderSide": row["side"],
        "size": row["origQty"],
        "status": "UNTRIGGERED" if waiting and row["status"] == "NEW" else row["status"],
        "triggerPrice": row["stopPrice"],
        "cancelReason": "UNKNOWN_ORDER_CANCEL_REASON",
        "cumFillSize": row["executedQty"],
        "cumFillValue": row["cumQuote"],
        "cumFillFee": "0",
        "createdTime": str(row["time"]),
        "updatedTime": str(row["updateTime"]),
    }
    if fill is None:
        return [("orders", [order])]
    value = words.fill_row(fill)
    execution = {
        "id": str(value["id"]),
        "coin": "USDT",
        "symbol": fill.symbol,
        "orderId": str(value["orderId"]),
        "positionSide": position_side(held.order),
        "orderSide": fill.side.name,
        "fillSize": value["qty"],
        "fillValue": value["quoteQty"],
        "fillFee": "0" if fill.is_liquidation else value["commission"],
        "liquidateFee": value["commission"] if fill.is_liquidation else "0",
        "realizePnl": "0",
        "direction": "MAKER" if fill.is_maker else "TAKER",
        "createdTime": str(fill.event_time_ms),
        "updatedTime": str(fill.event_time_ms),
    }
    return [("orders", [order]), ("fill", [execution])]


def _worded(event: ExchangeEvent) -> tuple[str, tuple[str, ...], dict[str, Any]] | None:
    """Topic, channels and frame of a market event; None for one this venue does not stream."""
    if isinstance(event, BookMoved):
        head = {"e": "depth", "E": event.event_time_ms, "s": event.symbol}
        change = {"U": event.first_id, "u": event.final_id, "l": 200, "d": "CHANGED"}
        sides = {"b": _levels(event.bids), "a": _levels(event.asks)}
        channels = tuple(f"{event.symbol}@{kind}" for kind in _DEPTHS)
        return f"book:{event.symbol}", channels, head | change | sides
    if isinstance(event, TradePrinted):
        trade = event.trade
        entry = {
            "T": trade.event_time_ms,
            "t": trade.trade_id,
            "p": text(trade.price),
            "q": text(trade.quantity),
            "v": text(trade.price * trade.quantity),
            "m": trade.is_buyer_maker,
        }
        frame = {"e": "trade", "E": event.event_time_ms, "s": trade.symbol, "d": [entry]}
        return f"trades:{trade.symbol}", (f"{trade.symbol}@trade",), frame
    if isinstance(event, CandleMoved) and event.candle.interval_ms in INTERVALS:
        candle = event.candle
        entry = market_words.candle_entry(candle)
        frame = {"e": "kline", "E": event.event_time_ms, "s": candle.symbol, "p": "LAST_PRICE", "d": [entry]}
        channel = f"{candle.symbol}@kline_{entry['i']}_LAST_PRICE"
        return f"candles:{candle.symbol}", (channel,), frame
    return None


def _snapshot(book: UnifiedOrderBook, depth: int) -> dict[str, Any]:
    head = {"e": "depthSnapshot", "E": book.event_time_ms, "s": book.symbol, "l": depth, "d": "SNAPSHOT"}
    numbers = {"U": book.sequence, "u": book.sequence}
    return head | numbers | {"b": _levels(book.bids[:depth]), "a": _levels(book.asks[:depth])}


def _levels(side: Sequence[tuple[Any, Any]]) -> list[list[str]]:
    return [[text(price), text(quantity)] for price, quantity in side]


def _interval_ms(kind: str) -> int | None:
    name = kind.removeprefix("kline_").partition("_")[0]
    return INTERVALS_MS.get(name) if kind.startswith("kline_") else None


def _texts(row: Mapping[str, Any]) -> dict[str, Any]:
    """Streams send numbers as text."""
    return {
        key: str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for key, value in row.items()
    }


def _frame(message: Mapping[str, Any], topic: str = "control") -> WireFrame:
    return WireFrame(encode(message).decode(), topic)
