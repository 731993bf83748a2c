"""Binance's public endpoints at the practice exchange."""

from collections.abc import Callable, Mapping
from typing import Any

from alphastrike.adapters.binance.catalogue import INTERVALS
from alphastrike.adapters.binance.practice_gate import Asked, Refused
from alphastrike.adapters.binance.practice_words import candle_row, symbol_words, text
from alphastrike.domain.practice import PracticeExchange

LENGTHS = {name: length for length, name in INTERVALS.items()}
_DAY_MS = 86_400_000


class PracticeMarket:
    """Answers that need no key."""

    def __init__(self, exchange: PracticeExchange) -> None:
        """Answer for this exchange."""
        self._exchange = exchange
        self.routes: Mapping[str, tuple[int, Callable[[Asked], Any]]] = {
            "ping": (1, lambda _: {}),
            "time": (1, lambda _: {"serverTime": exchange.now_ms}),
            "exchangeInfo": (1, self._exchange_info),
            "depth": (20, self._depth),
            "trades": (5, self._trades),
            "aggTrades": (20, self._agg_trades),
            "klines": (10, self._klines),
            "premiumIndex": (1, lambda asked: self._each(asked, self._premium)),
            "fundingRate": (1, self._funding_rates),
            "fundingInfo": (1, lambda _: []),
            "ticker/price": (1, lambda asked: self._each(asked, self._price)),
            "ticker/bookTicker": (2, lambda asked: self._each(asked, self._quote)),
            "ticker/24hr": (1, lambda asked: self._each(asked, self._day)),
            "openInterest": (1, self._open_interest),
        }

    def symbol(self, asked: Asked) -> str:
        """The symbol asked about."""
        symbol = asked.params.get("symbol", "")
        if self._exchange.instrument(symbol) is None:
            raise Refused(400, -1121, "Invalid symbol.")
        return symbol

    def _each(self, asked: Asked, word: Callable[[str], dict[str, Any]]) -> Any:
        if "symbol" in asked.params:
            return word(self.symbol(asked))
        return [word(instrument.symbol) for instrument in self._exchange.instruments()]

    def _exchange_info(self, _: Asked) -> Any:
        rows = [
            symbol_words(instrument, is_trading=self._exchange.is_trading(instrument.symbol))
            for instrument in self._exchange.instruments()
        ]
        return {
            "timezone": "UTC",
            "serverTime": self._exchange.now_ms,
            "rateLimits": [
                {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400},
                {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1200},
                {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300},
            ],
            "exchangeFilters": [],
            "assets": [{"asset": "USDT", "marginAvailable": True, "autoAssetExchange": "0"}],
            "symbols": rows,
        }

    def _depth(self, asked: Asked) -> Any:
        book, limit = self._exchange.book(self.symbol(asked)), int(asked.params.get("limit", 500))
        return {
            "lastUpdateId": book.sequence,
            "E": book.event_time_ms,
            "T": book.event_time_ms,
            "bids": [[text(price), text(quantity)] for price, quantity in book.bids[:limit]],
            "asks": [[text(price), text(quantity)] for price, quantity in book.asks[:limit]],
        }

    def _trades(self, asked: Asked) -> Any:
        found = self._exchange.trades(self.symbol(asked), int(asked.params.get("limit", 500)))
        return [
            {
                "id": int(trade.trade_id),
                "price": text(trade.price),
                "qty": text(trade.quantity),
                "quoteQty": text(trade.price * trade.quantity),
                "time": trade.event_time_ms,
                "isBuyerMaker": trade.is_buyer_maker,
            }
            for trade in found
        ]

    def _agg_trades(self, asked: Asked) -> Any:
        found = self._exchange.trades(self.symbol(asked), int(asked.params.get("limit", 500)))
        return [
            {
                "a": int(trade.trade_id),
                "p": text(trade.price),
                "q": text(trade.quantity),
                "f": int(trade.trade_id),
                "l": int(trade.trade_id),
                "T": trade.event_time_ms,
                "m": trade.is_buyer_maker,
            }
            for trade in found
        ]

    def _klines(self, asked: Asked) -> Any:
        symbol, name = self.symbol(asked), asked.params.get("interval", "")
        if name not in LENGTHS:
            raise Refused(400, -1120, "Invalid interval.")
        limit, length = int(asked.params.get("limit", 500)), LENGTHS[name]
        end_ms = int(asked.params.get("endTime", self._exchange.now_ms)) + 1
        start_ms = int(asked.params.get("startTime", max(0, end_ms - limit * length)))
        rows = self._exchange.candles(symbol, length, start_ms, end_ms)
        rows = rows[:limit] if "startTime" in asked.params else rows[-limit:]
        return [candle_row(candle) for candle in rows]

    def _premium(self, symbol: str) -> dict[str, Any]:
        mark = self._exchange.mark(symbol)
        return {
            "symbol": symbol,
            "markPrice": text(mark.mark_price),
            "indexPrice": text(mark.index_price),
            "estimatedSettlePrice": text(mark.index_price),
            "lastFundingRate": text(mark.funding_rate),
            "interestRate": "0.0001",
            "nextFundingTime": mark.next_funding_ms,
            "time": mark.event_time_ms,
        }

    def _funding_rates(self, asked: Asked) -> Any:
        start_ms = int(asked.params.get("startTime", 0))
        end_ms = int(asked.params.get("endTime", self._exchange.now_ms)) + 1
        rows = self._exchange.funding_rates(self.symbol(asked), start_ms, end_ms)
        return [
            {
                "symbol": row.symbol,
                "fundingRate": text(row.rate),
                "fundingTime": row.funding_time_ms,
                "markPrice": text(row.mark_price),
            }
            for row in rows[: int(asked.params.get("limit", 100))]
        ]

    def _price(self, symbol: str) -> dict[str, Any]:
        ticker = self._exchange.ticker(symbol)
        return {"symbol": symbol, "price": text(ticker.last_price), "time": ticker.event_time_ms}

    def _quote(self, symbol: str) -> dict[str, Any]:
        book = self._exchange.book(symbol)
        (bid, bid_quantity), (ask, ask_quantity) = book.bids[0], book.asks[0]
        return {
            "symbol": symbol,
            "bidPrice": text(bid),
            "bidQty": text(bid_quantity),
            "askPrice": text(ask),
            "askQty": text(ask_quantity),
            "time": book.event_time_ms,
            "lastUpdateId": book.sequence,
        }

    def _day(self, symbol: str) -> dict[str, Any]:
        now_ms, last = self._exchange.now_ms, self._exchange.ticker(symbol).last_price
        candles = self._exchange.candles(symbol, 60_000, now_ms - _DAY_MS, now_ms + 1)
        opened = candles[0].open if candles else float(last)
        volume = sum(candle.volume for candle in candles)
        return {
            "symbol": symbol,
            "priceChange": text(round(float(last) - opened, 8)),
            "priceChangePercent": text(round((float(last) / opened - 1) * 100, 3)),
            "weightedAvgPrice": text(last),
            "lastPrice": text(last),
            "lastQty": "1",
            "openPrice": text(opened),
            "highPrice": text(max((candle.high for candle in candles), default=opened)),
            "lowPrice": text(min((candle.low for candle in candles), default=opened)),
            "volume": text(volume),
            "quoteVolume": text(volume * float(last)),
            "openTime": now_ms - _DAY_MS,
            "closeTime": now_ms,
            "firstId": 1,
            "lastId": 1,
            "count": len(candles),
        }

    def _open_interest(self, asked: Asked) -> Any:
        symbol = self.symbol(asked)
        return {"symbol": symbol, "openInterest": "10000", "time": self._exchange.now_ms}
