"""WEEX's market data as its clients ask for it, from the practice exchange."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from alphastrike.adapters.weex import dialect_market_words as market_words
from alphastrike.adapters.weex.dialect_entry import Refused
from alphastrike.adapters.weex.dialect_values import text
from alphastrike.adapters.weex.spelling import INTERVALS_MS
from alphastrike.domain.practice import PracticeExchange
from alphastrike.transport.dialect import WireRequest

Query = dict[str, Any]
_MOST_ROWS: Final = 1000


def public_answer(exchange: PracticeExchange, request: WireRequest) -> Any:
    """The answer of a market path; `Refused` for one that does not exist."""
    answer = _PUBLIC.get(request.path)
    if answer is None:
        raise Refused(-1150, "Request path not supported.", 404)
    return answer(exchange, query_of(request))


def query_of(request: WireRequest) -> Query:
    """The query's parameters."""
    return dict(parse_qsl(request.query, keep_blank_values=True))


def symbol_in(exchange: PracticeExchange, query: Query) -> str:
    """The symbol asked for; `Refused` when it is missing or not listed."""
    symbol = str(query.get("symbol") or "")
    if not symbol:
        raise Refused(-1141, "symbol cannot be empty.")
    if exchange.instrument(symbol) is None:
        raise Refused(-1121, "Invalid symbol.")
    return symbol


def symbols_in(exchange: PracticeExchange, query: Query) -> list[str]:
    """The symbol asked for, or every one."""
    if query.get("symbol"):
        return [symbol_in(exchange, query)]
    return [instrument.symbol for instrument in exchange.instruments()]


def _time(exchange: PracticeExchange, _query: Query) -> Any:
    return {"serverTime": exchange.now_ms}


def _instruments(exchange: PracticeExchange, _query: Query) -> Any:
    return {"assets": [], "symbols": [market_words.instrument_row(one) for one in exchange.instruments()]}


def _depth(exchange: PracticeExchange, query: Query) -> Any:
    book = exchange.book(symbol_in(exchange, query))
    limit = whole_in(query, "limit", 15)
    if limit not in (15, 200):
        raise Refused(-1140, "Parameter validation failed. limit must be 15 or 200.")
    sides = [[[text(p), text(q)] for p, q in side[:limit]] for side in (book.bids, book.asks)]
    return {"bids": sides[0], "asks": sides[1], "lastUpdateId": book.sequence}


def _book_tickers(exchange: PracticeExchange, query: Query) -> Any:
    rows = []
    for symbol in symbols_in(exchange, query):
        book = exchange.book(symbol)
        bid, ask = (side[0] if side else (0, 0) for side in (book.bids, book.asks))
        quote = {"bidPrice": bid[0], "bidQty": bid[1], "askPrice": ask[0], "askQty": ask[1]}
        sent = {key: text(value) for key, value in quote.items()}
        rows.append({"symbol": symbol, **sent, "time": exchange.now_ms})
    return rows


def _tickers(exchange: PracticeExchange, query: Query) -> Any:
    rows = []
    for symbol in symbols_in(exchange, query):
        now = exchange.ticker(symbol)
        last, mark = text(now.last_price), text(now.mark_price or now.last_price)
        rows.append(
            {"symbol": symbol, "priceChange": "0", "priceChangePercent": "0", "lastPrice": last}
            | {"openPrice": last, "highPrice": last, "lowPrice": last, "volume": "0", "quoteVolume": "0"}
            | {"markPrice": mark, "indexPrice": text(now.index_price or now.last_price)}
            | {"openTime": exchange.now_ms - 86_400_000, "closeTime": exchange.now_ms}
        )
    return rows


def _candles(exchange: PracticeExchange, query: Query) -> Any:
    symbol, limit = symbol_in(exchange, query), whole_in(query, "limit", 100)
    interval_ms = _interval(query)
    if not 1 <= limit <= _MOST_ROWS:
        raise Refused(-1140, "Parameter validation failed. limit must be between 1 and 1000.")
    now_ms = exchange.now_ms
    found = exchange.candles(symbol, interval_ms, now_ms - limit * interval_ms, now_ms + 1)
    return [market_words.candle_row(candle) for candle in found[-limit:]]


def _history_candles(exchange: PracticeExchange, query: Query) -> Any:
    symbol, limit = symbol_in(exchange, query), whole_in(query, "limit", 100)
    end_ms = whole_in(query, "endTime", exchange.now_ms)
    start_ms = whole_in(query, "startTime", 0)
    if limit > 100:
        raise Refused(-1140, "Parameter validation failed. limit must be between 1 and 100.")
    found = exchange.candles(symbol, _interval(query), start_ms, min(end_ms, exchange.now_ms) + 1)
    return [market_words.candle_row(candle) for candle in found[-limit:]]


def _premium(exchange: PracticeExchange, query: Query) -> Any:
    rows = []
    for symbol in symbols_in(exchange, query):
        mark = exchange.mark(symbol)
        rate = text(mark.funding_rate)
        prices = {"markPrice": text(mark.mark_price), "indexPrice": text(mark.index_price)}
        rates = {"forecastFundingRate": rate, "lastFundingRate": rate, "interestRate": "0.0001"}
        times = {"nextFundingTime": mark.next_funding_ms, "time": exchange.now_ms}
        rows.append(
            {"symbol": symbol, **prices, **rates, **times, "collectCycle": mark.funding_interval_ms // 60_000}
        )
    return rows


def _funding_rates(exchange: PracticeExchange, query: Query) -> Any:
    symbol, limit = symbol_in(exchange, query), whole_in(query, "limit", 100)
    end_ms = min(whole_in(query, "endTime", exchange.now_ms), exchange.now_ms) + 1
    found = exchange.funding_rates(symbol, whole_in(query, "startTime", 0), end_ms)
    return [
        {"symbol": symbol, "fundingRate": text(rate.rate), "fundingTime": rate.funding_time_ms}
        | {"markPrice": text(rate.mark_price or 0)}
        for rate in found[-limit:]
    ]


def _trades(exchange: PracticeExchange, query: Query) -> Any:
    found = exchange.trades(symbol_in(exchange, query), min(whole_in(query, "limit", 100), _MOST_ROWS))
    return [
        {"id": trade.trade_id, "time": trade.event_time_ms, "price": text(trade.price)}
        | {"qty": text(trade.quantity), "quoteQty": text(trade.price * trade.quantity)}
        | {"isBestMatch": True, "isBuyerMaker": trade.is_buyer_maker}
        for trade in found
    ]


def _interval(query: Query) -> int:
    interval_ms = INTERVALS_MS.get(query.get("interval", ""))
    if interval_ms is None:
        raise Refused(-1142, "interval is invalid.")
    return interval_ms


def whole_in(query: Query, key: str, default: int) -> int:
    """A whole number asked for."""
    try:
        return int(query.get(key, default))
    except ValueError as error:
        raise Refused(-1142, f"{key} is invalid.") from error


_MARKET: Final = "/capi/v3/market/"
_PUBLIC: Final[Mapping[str, Callable[[PracticeExchange, Query], Any]]] = {
    f"{_MARKET}time": _time,
    f"{_MARKET}exchangeInfo": _instruments,
    f"{_MARKET}depth": _depth,
    f"{_MARKET}ticker/bookTicker": _book_tickers,
    f"{_MARKET}ticker/24hr": _tickers,
    f"{_MARKET}klines": _candles,
    f"{_MARKET}historyKlines": _history_candles,
    f"{_MARKET}premiumIndex": _premium,
    f"{_MARKET}fundingRate": _funding_rates,
    f"{_MARKET}trades": _trades,
    "/api/v3/coins": lambda _exchange, _query: [],
    "/api/v3/exchangeInfo": lambda _exchange, _query: {"symbols": []},
}
