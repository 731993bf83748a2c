"""WEEX market data by request."""

from collections.abc import Sequence
from typing import Any

from alphastrike.adapters.weex.mappers import (
    to_candle,
    to_funding_rate,
    to_instrument,
    to_order_book,
    to_ticker,
)
from alphastrike.adapters.weex.rules import WeexRules
from alphastrike.adapters.weex.spelling import native_interval
from alphastrike.domain.errors import UnknownSymbol, VenueRejected, VenueUnreachable
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.market import UnifiedCandle, UnifiedFundingRate, UnifiedOrderBook, UnifiedTicker
from alphastrike.domain.wire_values import Row, integer_at, row_of, rows_of, text_at
from alphastrike.transport.client import VenueClient

_SHALLOW, _DEEP = 15, 200
_RECENT = 1000  # candles that `klines` answers at most
_PAGE = 100
_MOST_PAGES = 10_000


class WeexMarket:
    """Public requests. Symbols are the venue's own; none is guessed."""

    def __init__(self, client: VenueClient, rules: WeexRules) -> None:
        """Ask nothing yet."""
        self._client = client
        self._rules = rules
        self._listed: dict[str, UnifiedInstrument] = {}

    async def instruments(self) -> Sequence[UnifiedInstrument]:
        """Every listed USDT perpetual; remembered, so that a wrong symbol is known before it is sent."""
        answer = row_of(await self._client.read(self._rules.call("instruments")))
        rows = rows_of(answer.get("symbols"))
        usdt = [row for row in rows if row.get("quoteAsset") == "USDT" and row.get("marginAsset") == "USDT"]
        self._listed = {text_at(row, "symbol"): to_instrument(row) for row in usdt}
        return sorted(self._listed.values(), key=lambda instrument: instrument.symbol)

    async def instrument(self, symbol: str) -> UnifiedInstrument:
        """One of them; `UnknownSymbol` when the venue does not list it."""
        if symbol not in self._listed:
            await self.instruments()
        self.check_listed(symbol)
        return self._listed[symbol]

    def check_listed(self, symbol: str) -> None:
        """`UnknownSymbol` for one that was not listed when last asked."""
        if symbol not in self._listed:
            raise UnknownSymbol(f"symbol: observed {symbol!r}, allowed one that get_instruments lists")

    async def ticker(self, symbol: str) -> UnifiedTicker:
        """Quote, mark and index, with the forming minute's close as the last price: three cheap requests."""
        await self.instrument(symbol)
        book = await self._row_of("book_ticker", symbol)
        premium = await self._row_of("premium", symbol)
        minute = await self._client.read(self._rules.call("candles", symbol=symbol, interval="1m", limit=1))
        last = minute[-1][4] if isinstance(minute, list) and minute else None
        return to_ticker({**premium, "lastPrice": last}, book)

    async def order_book(self, symbol: str, depth: int) -> UnifiedOrderBook:
        """The best levels; the venue keeps 200 a side."""
        await self.instrument(symbol)
        if depth < 1:
            raise VenueRejected(f"depth: observed {depth}, allowed at least 1")
        limit = _SHALLOW if depth <= _SHALLOW else _DEEP
        answer = await self._client.read(self._rules.call("depth", symbol=symbol, limit=limit))
        return to_order_book(symbol, row_of(answer), self._client.venue_clock.now_ms(), depth)

    async def candles(
        self, symbol: str, interval_ms: int, start_ms: int, end_ms: int
    ) -> Sequence[UnifiedCandle]:
        """Closed candles opening in [start, end). What `klines` no longer holds is paged from the history."""
        interval = native_interval(interval_ms)
        await self.instrument(symbol)
        await self._client.sync_clock()
        now_ms = self._client.venue_clock.now_ms()
        end_ms = min(end_ms, now_ms)
        call = self._rules.call("candles", symbol=symbol, interval=interval, limit=_RECENT)
        rows = list(_listed(await self._client.read(call)))
        oldest_ms = min((int(row[0]) for row in rows), default=end_ms)
        if start_ms < oldest_ms and len(rows) >= _RECENT:
            rows += await self._history(symbol, interval_ms, start_ms, min(end_ms, oldest_ms))
        found = {int(row[0]): to_candle(symbol, interval_ms, row, now_ms) for row in rows}
        return [found[at] for at in sorted(found) if start_ms <= at < end_ms and found[at].is_closed]

    async def funding_rates(self, symbol: str, start_ms: int, end_ms: int) -> Sequence[UnifiedFundingRate]:
        """Settled rates due in [start, end), oldest first."""
        await self.instrument(symbol)
        cycle = integer_at(await self._row_of("premium", symbol), "collectCycle")
        found: dict[int, UnifiedFundingRate] = {}
        until = min(end_ms, self._client.venue_clock.now_ms() + 1)
        for _ in range(_MOST_PAGES):
            call = self._rules.call(
                "funding_rates", symbol=symbol, startTime=start_ms, endTime=until, limit=_PAGE
            )
            page = [to_funding_rate(row, cycle) for row in rows_of(await self._client.read(call))]
            fresh = [rate for rate in page if start_ms <= rate.funding_time_ms < until]
            found |= {rate.funding_time_ms: rate for rate in fresh}
            if len(page) < _PAGE or not fresh:
                break
            until = min(rate.funding_time_ms for rate in fresh)
        return [found[at] for at in sorted(found) if at < end_ms]

    async def _history(self, symbol: str, interval_ms: int, start_ms: int, end_ms: int) -> list[list[Any]]:
        found: list[list[Any]] = []
        for _ in range(_MOST_PAGES):
            first_ms = max(start_ms, end_ms - _PAGE * interval_ms)
            call = self._rules.call(
                "history_candles",
                symbol=symbol,
                interval=native_interval(interval_ms),
                startTime=first_ms,
                endTime=end_ms - 1,
                limit=_PAGE,
            )
            page = _listed(await self._client.read(call))
            found += page
            if not page or first_ms <= start_ms:
                break
            end_ms = first_ms
        return found

    async def _row_of(self, name: str, symbol: str) -> Row:
        answer = await self._client.read(self._rules.call(name, symbol=symbol))
        rows = rows_of(answer if isinstance(answer, list) else [answer])
        found = next((row for row in rows if row.get("symbol") == symbol), None)
        if found is None:
            raise VenueUnreachable(f"weex {name}: observed no row of {symbol}, allowed one")
        return found


def _listed(answer: object) -> list[list[Any]]:
    if not isinstance(answer, list) or not all(isinstance(row, list) and row for row in answer):
        raise VenueUnreachable(f"weex klines: observed {str(answer)[:60]!r}, allowed a list of candles")
    return answer
