"""What Binance tells anybody: instruments, prices, candles, funding."""

from collections.abc import Sequence
from typing import Any

from alphastrike.adapters.binance.catalogue import Catalogue, interval_name
from alphastrike.adapters.binance.mappers import (
    to_book,
    to_candle,
    to_funding_rates,
    to_instruments,
    to_ticker,
)
from alphastrike.adapters.binance.rules import WEIGHT
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.transport.client import Call, VenueClient

_DEPTHS = ((5, 2), (10, 2), (20, 2), (50, 2), (100, 5), (500, 10), (1000, 20))  # levels, weight
_CANDLES, _CANDLES_WEIGHT = 1500, 10
_RATES = 1000
_CLOSED_BEFORE = 6  # index of the close time in a row


class MarketReads:
    """Reads that need no key."""

    def __init__(self, client: VenueClient, catalogue: Catalogue) -> None:
        """Ask through this client."""
        self._client = client
        self._catalogue = catalogue

    async def get(self, path: str, weight: float, **params: Any) -> Any:
        """A public read."""
        return await self._client.read(Call("GET", path, params, {WEIGHT: weight}))

    async def instruments(self) -> tuple[UnifiedInstrument, ...]:
        """Every listed instrument; also fills the catalogue."""
        found = to_instruments(await self.get("/fapi/v1/exchangeInfo", 1))
        self._catalogue.fill(found)
        return found

    async def ticker(self, symbol: str) -> UnifiedTicker:
        """The latest prices of a symbol."""
        self._catalogue.instrument(symbol)
        # One after the other: requests in flight together would go on into a ban.
        quote = await self.get("/fapi/v1/ticker/bookTicker", 2, symbol=symbol)
        last = await self.get("/fapi/v2/ticker/price", 1, symbol=symbol)
        premium = await self.get("/fapi/v1/premiumIndex", 1, symbol=symbol)
        return to_ticker(quote, last, premium)

    async def book(self, symbol: str, depth: int) -> UnifiedOrderBook:
        """The best levels of each side."""
        self._catalogue.instrument(symbol)
        if not 1 <= depth <= _DEPTHS[-1][0]:
            raise VenueRejected(f"depth: observed {depth}, allowed 1 to {_DEPTHS[-1][0]}")
        limit, weight = next(row for row in _DEPTHS if row[0] >= depth)
        return to_book(symbol, await self.get("/fapi/v1/depth", weight, symbol=symbol, limit=limit), depth)

    async def depth(self, symbol: str) -> Any:
        """The deepest snapshot there is, as the venue words it."""
        return await self.get("/fapi/v1/depth", 20, symbol=symbol, limit=1000)

    async def candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles whose open time lies in [start, end), oldest first."""
        self._catalogue.instrument(symbol)
        name, now_ms = interval_name(interval_ms), self._client.venue_clock.now_ms()
        found: list[UnifiedCandle] = []
        first_ms, last_ms = max(0, start_ms), min(end_ms - 1, now_ms)
        while first_ms <= last_ms:
            rows = await self.get(
                "/fapi/v1/klines",
                _CANDLES_WEIGHT,
                symbol=symbol,
                interval=name,
                startTime=first_ms,
                endTime=last_ms,
                limit=_CANDLES,
            )
            closed = (row for row in rows if int(row[_CLOSED_BEFORE]) < now_ms)
            found += [to_candle(symbol, interval_ms, row) for row in closed]
            if len(rows) < _CANDLES:
                break
            first_ms = int(rows[-1][0]) + interval_ms
        return found

    async def funding(self, symbol: str, start_ms: int, end_ms: int) -> Sequence[UnifiedFundingRate]:
        """Settled rates due in [start, end), oldest first."""
        self._catalogue.instrument(symbol)
        rows: list[Any] = []
        # A day more on either side: the interval of a rate is its distance from its neighbour.
        first_ms = max(0, start_ms - DAY_MS)
        last_ms = min(end_ms + DAY_MS, self._client.venue_clock.now_ms())
        while first_ms <= last_ms:
            page = await self.get(
                "/fapi/v1/fundingRate", 1, symbol=symbol, startTime=first_ms, endTime=last_ms, limit=_RATES
            )
            rows += page
            if len(page) < _RATES:
                break
            first_ms = int(page[-1]["fundingTime"]) + 1
        found = to_funding_rates(symbol, rows)
        return [rate for rate in found if start_ms <= rate.funding_time_ms < end_ms]
