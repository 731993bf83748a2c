"""What the simulated venue tells a subscriber: first how things stand, then what happens."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from alphastrike.adapters.hyperliquid import natives
from alphastrike.adapters.hyperliquid.mappers import INTERVAL_NAMES, INTERVALS
from alphastrike.adapters.hyperliquid.natives import number
from alphastrike.adapters.hyperliquid.practice_info import funding_delta
from alphastrike.adapters.hyperliquid.practice_order_words import booked, fills_of, status_of
from alphastrike.adapters.hyperliquid.practice_parties import Parties
from alphastrike.adapters.hyperliquid.practice_words import Listing, account_state, context, order_book
from alphastrike.adapters.hyperliquid.symbols import to_symbol
from alphastrike.domain.practice import (
    AccountMoved,
    BookMoved,
    CandleMoved,
    ExchangeEvent,
    FundingPaid,
    MarkMoved,
    OrderMoved,
    PracticeAccount,
    PracticeExchange,
    TradePrinted,
)

Topic = tuple[str, ...]
Told = tuple[str, Any, str]  # channel, data, what it is about

_FILLS_SHOWN = 100
_MARKET = (BookMoved, TradePrinted, CandleMoved, MarkMoved)
_SPARSE = ("coin", "side", "limitPx", "sz", "oid", "timestamp", "origSz", "cloid")


class News:
    """Frames of every subscription type, from the exchange as it stands and from its events."""

    def __init__(self, exchange: PracticeExchange, parties: Parties) -> None:
        """Report from this exchange."""
        self._exchange = exchange
        self._parties = parties
        self._listing = Listing(exchange)
        self._first: dict[str, Callable[[Topic], Iterable[Told]]] = {
            "allMids": self._mids,
            "l2Book": lambda topic: [self._book(topic[1])],
            "bbo": lambda topic: [self._best(topic[1])],
            "trades": self._latest_trades,
            "candle": self._latest_candle,
            "activeAssetCtx": lambda topic: [self._context(topic[1], None)],
            "userFills": self._latest_fills,
            "userFundings": lambda topic: [
                ("userFundings", {"isSnapshot": True, "user": topic[1], "fundings": []}, "user")
            ],
            "userNonFundingLedgerUpdates": lambda topic: [_ledger_updates(topic[1])],
            "clearinghouseState": self._state,
            "openOrders": self._open_orders,
        }

    def knows(self, coin: str) -> bool:
        """Whether a coin is listed."""
        return self._listing.by_coin(coin) is not None

    def first(self, topic: Topic) -> Iterable[Told]:
        """How things stand, told right after the subscription."""
        return self._first.get(topic[0], _nothing)(topic)

    def about(self, topic: Topic, event: ExchangeEvent) -> Iterator[Told]:
        """What an event means to a subscriber; nothing when it is about something else."""
        if isinstance(event, _MARKET):
            yield from self._market(topic, event)
        elif len(topic) > 1:
            account = self._parties.account(topic[1])
            if account is not None and account.key.api_key == event.api_key:
                yield from self._private(topic, account, event)

    def _market(
        self, topic: Topic, event: BookMoved | TradePrinted | CandleMoved | MarkMoved
    ) -> Iterator[Told]:
        kind = topic[0]
        if len(topic) < 2 or to_symbol(topic[1]) != _symbol_of(event):
            return
        if isinstance(event, BookMoved) and kind == "l2Book":
            yield self._book(topic[1])
        elif isinstance(event, BookMoved) and kind == "bbo":
            yield self._best(topic[1])
        elif isinstance(event, TradePrinted) and kind == "trades":
            yield "trades", [natives.trade(event.trade)], f"trades:{event.trade.symbol}"
        elif isinstance(event, MarkMoved) and kind == "activeAssetCtx":
            yield self._context(topic[1], event)
        elif isinstance(event, CandleMoved) and topic == ("candle", topic[1], _interval_of(event)):
            yield "candle", natives.candle(event.candle), f"candles:{event.candle.symbol}"

    def _private(
        self, topic: Topic, account: PracticeAccount, event: OrderMoved | AccountMoved | FundingPaid
    ) -> Iterator[Told]:
        kind = topic[0]
        if isinstance(event, OrderMoved):
            yield from self._order_news(topic, account, event)
        elif isinstance(event, FundingPaid):
            paid = funding_delta(event)
            delta = {key: value for key, value in paid["delta"].items() if key not in {"type", "nSamples"}}
            entry = {"time": paid["time"], **delta}
            if kind == "userFundings":
                yield "userFundings", {"user": topic[1], "fundings": [entry]}, "user"
            elif kind == "userEvents":
                yield "user", {"funding": entry}, "user"
        elif kind == "clearinghouseState":
            yield from self._state(topic)

    def _order_news(self, topic: Topic, account: PracticeAccount, event: OrderMoved) -> Iterator[Told]:
        kind = topic[0]
        if kind == "orderUpdates":
            native = booked(event.order)
            order = {key: native[key] for key in _SPARSE if native[key] is not None}
            told = {"order": order, "status": status_of(event.order), "statusTimestamp": event.event_time_ms}
            yield "orderUpdates", [told], "user"
        elif kind == "openOrders":
            yield from self._open_orders(topic)
        elif event.fill is not None and kind in {"userFills", "userEvents"}:
            fill = next(found for found in fills_of(account) if found["tid"] == int(event.fill.fill_id))
            if event.fill.is_liquidation:
                mark = number(self._exchange.mark(event.fill.symbol).mark_price)
                fill["liquidation"] = {"liquidatedUser": topic[1], "markPx": mark, "method": "market"}
            if kind == "userFills":
                yield "userFills", {"user": topic[1], "fills": [fill]}, "user"
            else:
                yield "user", {"fills": [fill]}, "user"

    def _mids(self, _topic: Topic) -> Iterable[Told]:
        return [("allMids", {"mids": self._listing.mids()}, "ticker:all")]

    def _book(self, coin: str) -> Told:
        symbol = to_symbol(coin) or ""
        return "l2Book", order_book(self._exchange, symbol), f"book:{symbol}"

    def _best(self, coin: str) -> Told:
        symbol = to_symbol(coin) or ""
        book = order_book(self._exchange, symbol)
        best = [side[0] if side else None for side in book["levels"]]
        return "bbo", {"coin": coin, "time": book["time"], "bbo": best}, f"ticker:{symbol}"

    def _latest_trades(self, topic: Topic) -> Iterable[Told]:
        symbol = to_symbol(topic[1]) or ""
        latest = self._exchange.trades(symbol, 10)
        return [("trades", [natives.trade(known) for known in latest], f"trades:{symbol}")] if latest else []

    def _latest_candle(self, topic: Topic) -> Iterable[Told]:
        symbol, length = to_symbol(topic[1]) or "", INTERVALS[topic[2]]
        now_ms = self._exchange.now_ms
        found = self._exchange.candles(symbol, length, now_ms - length + 1, now_ms + 1)
        return [("candle", natives.candle(known), f"candles:{symbol}") for known in found[-1:]]

    def _context(self, coin: str, moved: MarkMoved | None) -> Told:
        symbol = to_symbol(coin) or ""
        data = {"coin": coin, "ctx": context(self._exchange, symbol, moved)}
        return "activeAssetCtx", data, f"ticker:{symbol}"

    def _latest_fills(self, topic: Topic) -> Iterable[Told]:
        account = self._parties.account(topic[1])
        fills = [] if account is None else fills_of(account)[:_FILLS_SHOWN]
        return [("userFills", {"isSnapshot": True, "user": topic[1], "fills": fills}, "user")]

    def _state(self, topic: Topic) -> Iterable[Told]:
        account = self._parties.account(topic[1])
        if account is None:
            return []
        state = account_state(account, self._exchange.now_ms)
        data = {"dex": "", "user": topic[1], "clearinghouseState": state}
        return [("clearinghouseState", data, "user")]

    def _open_orders(self, topic: Topic) -> Iterable[Told]:
        account = self._parties.account(topic[1])
        orders = [] if account is None else [booked(known) for known in account.orders(working=True)]
        return [("openOrders", {"dex": "", "user": topic[1], "orders": orders}, "user")]


def _symbol_of(event: BookMoved | TradePrinted | CandleMoved | MarkMoved) -> str:
    if isinstance(event, TradePrinted):
        return event.trade.symbol
    return event.candle.symbol if isinstance(event, CandleMoved) else event.symbol


def _interval_of(event: CandleMoved) -> str:
    return INTERVAL_NAMES.get(event.candle.interval_ms, "")


def _ledger_updates(user: str) -> Told:
    data = {"isSnapshot": True, "user": user, "nonFundingLedgerUpdates": []}
    return "userNonFundingLedgerUpdates", data, "user"


def _nothing(_topic: Topic) -> Iterable[Told]:
    return ()
