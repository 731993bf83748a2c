"""A venue's public market as paper trading lives through it: candles streamed, past and rates asked for."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TypeVar

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_keys import unknown
from alphastrike.app.paper_market import PaperMarket
from alphastrike.app.venue_funding import FundingWatch, KnownFunding
from alphastrike.domain.errors import ConfigError, DataError, VenueError, VenueUnreachable
from alphastrike.domain.events import CandlesClosed
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.intervals import interval_ms as interval_length
from alphastrike.domain.market import UnifiedCandle
from alphastrike.live.closes import CloseJoiner, joined_closes
from alphastrike.live.parts import Heard
from alphastrike.live.past import gridded
from alphastrike.marketdata.series import with_funding
from alphastrike.transport.adapter import VenueConnection
from alphastrike.transport.clock import Clock

DEFAULT_SYMBOLS = ("BTCUSDT", "ETHUSDT")
_DAY_MS = 86_400_000
_PAGE = 500
_GRACE_S = 5.0
_RETRY_S = 5.0
T = TypeVar("T")

Say = Callable[[str], None]


async def venue_market(
    config: AlphaStrikeConfig, connection: VenueConnection, clock: Clock, say: Say
) -> PaperMarket:
    """The listed instruments and the past of the symbols asked for, up to the last closed candle."""
    symbols = tuple(sorted(config.data.symbols or DEFAULT_SYMBOLS))
    interval_ms = interval_length(config.paper.interval)
    instruments = _chosen(await connection.rest.get_instruments(), symbols)
    stop_ms = clock.now_ms() // interval_ms * interval_ms
    start_ms = stop_ms - config.paper.warm_up_days * _DAY_MS // interval_ms * interval_ms
    say(f"asking {connection.rest.venue} for {config.paper.warm_up_days} days of candles")
    reads = (_candles(connection, symbol, interval_ms, (start_ms, stop_ms)) for symbol in symbols)
    found = dict(zip(symbols, await asyncio.gather(*reads), strict=True))
    silent = [symbol for symbol in symbols if not found[symbol]]
    if silent:
        raise DataError(
            f"{connection.rest.venue}: no candle of {silent[0]} in the warm-up; allowed: a listed symbol"
        )
    funding = await _past_funding(connection, symbols, (start_ms, stop_ms), say)
    past = with_funding(gridded(found, interval_ms, start_ms, stop_ms), funding)
    return PaperMarket(
        past,
        funding,
        instruments,
        stop_ms,
        market_label(connection.rest.venue),
        is_synthetic=False,
    )


async def _past_funding(
    connection: VenueConnection, symbols: tuple[str, ...], span: tuple[int, int], say: Say
) -> FundingHistory:
    """Rates settled in a span; none of a symbol whose venue does not tell them, and then that is said."""
    known = KnownFunding(symbols)
    for symbol in symbols:
        try:
            known.take(await connection.rest.get_funding_rates(symbol, *span))
        except VenueError as error:
            say(f"{symbol}: no funding rates of the past, so the signals that read them abstain: {error}")
    return known.history()


def market_label(venue: str) -> str:
    """How a run on a venue's live market is named."""
    return f"live market of {venue}"


class VenueFeed:
    """Closes from a venue's candle stream, with the funding settled in between and the last rate as a series.

    What was missed while nobody listened is asked for first, and comes late: the gateway halts on
    it as stale, so nothing is traded on it, but the account lives through it.
    """

    def __init__(self, connection: VenueConnection, market: PaperMarket, clock: Clock) -> None:
        """Listen to a connected venue."""
        self._connection = connection
        self._symbols = market.past.symbols
        self._interval_ms = market.past.interval_ms
        self._first_open_ms = market.first_open_ms
        self._clock = clock
        known = KnownFunding.of(market.funding)
        self._funding = FundingWatch(connection, clock, known, market.first_open_ms)

    async def closes(self, earlier: Sequence[Heard], bars: int) -> AsyncIterator[Heard]:
        """See `PaperFeed`; ends when the stream does."""
        after_ms = self._first_open_ms - self._interval_ms
        for heard in earlier[:bars]:
            self._funding.hear(heard.funding)
            after_ms = heard.candles.open_time_ms
            yield heard
        async with aclosing(self._new(after_ms, bars - len(earlier))) as closes:
            async for candles in closes:
                yield self._heard(candles)

    async def _new(self, after_ms: int, left: int) -> AsyncGenerator[CandlesClosed]:
        """At most `left` closes nobody heard before; funding is asked for beside them.

        A symbol that is not listed any more has no candles: waiting for them would hold up the others.
        """
        listed = await _patiently(self._connection.rest.get_instruments)
        names = {each.symbol for each in listed}
        symbols = tuple(symbol for symbol in self._symbols if symbol in names)
        stream = self._connection.websocket.candles(symbols, self._interval_ms)
        await self._funding.look()
        watching = asyncio.create_task(self._funding.run())
        try:
            for candles in await _patiently(partial(self._missed, symbols, after_ms)):
                after_ms = candles.open_time_ms
                if left > 0:
                    yield candles
                left -= 1
            if left <= 0:
                return
            joiner = CloseJoiner(symbols, self._interval_ms, after_ms)
            async with aclosing(joined_closes(stream, joiner, self._clock.now_ms, _GRACE_S)) as closes:
                async for candles in closes:
                    if watching.done():
                        watching.result()
                    yield candles
                    left -= 1
                    if left <= 0:
                        return
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def _heard(self, candles: CandlesClosed) -> Heard:
        rates = self._funding.due(candles.close_time_ms)
        return Heard(replace(candles, series=self._funding.known.values(candles)), rates)

    async def _missed(self, symbols: tuple[str, ...], after_ms: int) -> list[CandlesClosed]:
        start_ms = after_ms + self._interval_ms
        stop_ms = self._clock.now_ms() // self._interval_ms * self._interval_ms
        if start_ms >= stop_ms:
            return []
        joiner = CloseJoiner(symbols, self._interval_ms, after_ms)
        span = (start_ms, stop_ms)
        for symbol in symbols:
            for candle in await _candles(self._connection, symbol, self._interval_ms, span):
                joiner.hold(candle)
        return list(joiner.release_all(self._clock.now_ms()))


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer of a venue that may be out of reach: positions are open, so nobody gives up."""
    while True:
        try:
            return await ask()
        except VenueUnreachable:
            await asyncio.sleep(_RETRY_S)


async def _candles(
    connection: VenueConnection, symbol: str, interval_ms: int, span: tuple[int, int]
) -> list[UnifiedCandle]:
    """Closed candles of a span, a page at a time."""
    found: list[UnifiedCandle] = []
    for start_ms in range(span[0], span[1], _PAGE * interval_ms):
        stop_ms = min(span[1], start_ms + _PAGE * interval_ms)
        found += await connection.rest.get_candles(symbol, interval_ms, start_ms, stop_ms)
    return found


def _chosen(listed: Sequence[UnifiedInstrument], symbols: tuple[str, ...]) -> tuple[UnifiedInstrument, ...]:
    known = {instrument.symbol: instrument for instrument in listed}
    for symbol in symbols:
        if symbol not in known:
            raise ConfigError(f"data.symbols: {unknown(symbol, sorted(known))}")
    return tuple(known[symbol] for symbol in symbols)
