"""Market data by request: listing, prices, candles, funding."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from alphastrike.adapters.hyperliquid.instruments import Asset, to_assets, to_instruments
from alphastrike.adapters.hyperliquid.mappers import (
    INTERVAL_NAMES,
    to_candle,
    to_funding_rate,
    to_order_book,
    to_ticker,
    to_trade,
)
from alphastrike.adapters.hyperliquid.wire_rules import WEIGHT, question
from alphastrike.domain.errors import UnknownSymbol, VenueRejected, VenueUnreachable
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.transport.client import Call, VenueClient

_MOST_LEVELS = 20
_MOST_RATES = 500
_ROWS_A_WEIGHT = 20
_CANDLES_A_WEIGHT = 60
_LAST_MS = 2**53


class MarketReads:
    """Reads that need no account. An answer of another shape is `VenueUnreachable`: it says nothing."""

    def __init__(self, client: VenueClient) -> None:
        """Ask through this client; nothing is known before `load`."""
        self._client = client
        self._assets: dict[str, Asset] = {}

    async def load(self) -> None:
        """Learn what is listed."""
        self._assets = to_assets(*(await self.ask(question("metaAndAssetCtxs"))))

    def asset(self, symbol: str) -> Asset:
        """The asset of a symbol; `UnknownSymbol` when it is not listed."""
        if symbol not in self._assets:
            raise UnknownSymbol(
                f"symbol: observed {symbol!r}, allowed one of {len(self._assets)} listed here, such as "
                f"{', '.join(sorted(self._assets)[:3])}; get_instruments() names them all"
            )
        return self._assets[symbol]

    async def ask(self, call: Call, rows_a_weight: int = _ROWS_A_WEIGHT) -> Any:
        """An answer; a long one costs as much more as the venue counts for its rows."""
        answer = await self._client.read(call)
        if answer is None:
            raise VenueUnreachable(f"{call.params['type']}: observed null, allowed an answer")
        extra = len(answer) // rows_a_weight if isinstance(answer, list) else 0
        if extra and call.params["type"] != "metaAndAssetCtxs":
            await self._client.budgets.draw({WEIGHT: float(extra)})
        return answer

    async def server_time_ms(self) -> int:
        """The venue's clock."""
        return int((await self.ask(question("exchangeStatus")))["time"])

    async def instruments(self, user: str | None) -> Sequence[UnifiedInstrument]:
        """Everything listed, at an account's own fees where one is given."""
        meta, contexts = await self.ask(question("metaAndAssetCtxs"))
        fees = None if user is None else await self.ask(question("userFees", user=user))
        self._assets = to_assets(meta, contexts)
        return to_instruments(self._assets, fees)

    async def ticker(self, symbol: str) -> UnifiedTicker:
        """Prices from the book, the latest trade (the mark price before the first) and the context."""
        asset = self.asset(symbol)
        book = await self.order_book(symbol, 1)
        if not book.bids or not book.asks:
            raise VenueUnreachable(f"{symbol}: observed a one-sided book, allowed a bid and an ask")
        _, contexts = await self.ask(question("metaAndAssetCtxs"))
        prints = await self.ask(question("recentTrades", coin=asset.coin))
        trades = sorted(
            (trade for trade in map(to_trade, prints) if trade is not None),
            key=lambda trade: trade.event_time_ms,
        )
        context = contexts[asset.index]
        last = trades[-1].price if trades else Decimal(context["markPx"])
        return to_ticker(book, context, last)

    async def order_book(self, symbol: str, depth: int) -> UnifiedOrderBook:
        """The best levels, at most twenty: the venue shows no more."""
        if depth < 1:
            raise VenueRejected(f"depth: observed {depth}, allowed at least 1")
        answer = await self.ask(question("l2Book", coin=self.asset(symbol).coin))
        book = to_order_book(answer, min(depth, _MOST_LEVELS))
        if book is None:
            raise VenueUnreachable(f"{symbol}: observed a book of {answer['coin']!r}")
        return book

    async def candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles; the venue keeps the latest 5,000 of an interval."""
        coin, name = self.asset(symbol).coin, interval_name(interval_ms)
        now_ms = await self.server_time_ms()
        first_ms, last_ms = max(0, start_ms), min(end_ms - 1, now_ms + interval_ms)
        if first_ms > last_ms:
            return []
        asked = {
            "coin": coin,
            "interval": name,
            "startTime": first_ms,
            "endTime": last_ms,
        }
        answer = await self.ask(question("candleSnapshot", req=asked), _CANDLES_A_WEIGHT)
        mapped = (to_candle(native, now_ms) for native in answer)
        found = {
            candle.open_time_ms: candle
            for candle in mapped
            if candle is not None and candle.is_closed and start_ms <= candle.open_time_ms < end_ms
        }
        return [found[open_ms] for open_ms in sorted(found)]

    async def funding_rates(self, symbol: str, start_ms: int, end_ms: int) -> Sequence[UnifiedFundingRate]:
        """Settled rates, page by page."""
        coin, found, since = self.asset(symbol).coin, dict[int, UnifiedFundingRate](), max(0, start_ms)
        while since < end_ms:
            last = min(end_ms - 1, _LAST_MS)
            page = await self.ask(question("fundingHistory", coin=coin, startTime=since, endTime=last))
            rates = [rate for rate in map(to_funding_rate, page) if rate is not None]
            found |= {rate.funding_time_ms: rate for rate in rates}
            if len(page) < _MOST_RATES or not rates:
                break
            since = max(rate.funding_time_ms for rate in rates) + 1
        return [found[due_ms] for due_ms in sorted(found) if start_ms <= due_ms < end_ms]


def interval_name(interval_ms: int) -> str:
    """The venue's name of an interval; `VenueRejected` for one it lacks."""
    if interval_ms not in INTERVAL_NAMES:
        raise VenueRejected(
            f"interval_ms: observed {interval_ms}, allowed one of {', '.join(map(str, INTERVAL_NAMES))}"
        )
    return INTERVAL_NAMES[interval_ms]
