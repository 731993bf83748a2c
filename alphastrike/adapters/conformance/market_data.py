"""Cases 101 and on: instruments, prices, candles and funding."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from alphastrike.adapters.conformance.venue import VenueUnderTest, case
from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.exchange import ExchangeRESTProtocol
from alphastrike.domain.market import UnifiedCandle

ALL_TIME = (0, 2**62)


@case(101)
async def check_speaks_the_rest_protocol(venue: VenueUnderTest) -> None:
    """Speaks the rest protocol."""
    assert isinstance(venue.rest, ExchangeRESTProtocol)
    assert venue.rest.venue == venue.plugin.name
    assert venue.rest.capabilities == venue.plugin.capabilities


@case(102)
async def check_instruments_are_sorted_and_their_symbols_round_trip(venue: VenueUnderTest) -> None:
    """Instruments are sorted and their symbols round trip."""
    instruments = await venue.rest.get_instruments()

    symbols = [instrument.symbol for instrument in instruments]
    answered = [(await venue.rest.get_ticker(symbol)).symbol for symbol in symbols]

    assert len(symbols) >= 2
    assert symbols == sorted(set(symbols)) == answered
    assert all(instrument.native_symbol for instrument in instruments)
    assert {instrument.venue for instrument in instruments} == {venue.rest.venue}


@case(103)
async def check_unknown_symbols_are_rejected(venue: VenueUnderTest) -> None:
    """Unknown symbols are rejected."""
    order = replace(await venue.limit(), symbol="NOSUCHUSDT")
    requests: list[Callable[[], Awaitable[object]]] = [
        lambda: venue.rest.get_ticker("NOSUCHUSDT"),
        lambda: venue.rest.get_order_book("NOSUCHUSDT"),
        lambda: venue.rest.get_candles("NOSUCHUSDT", venue.interval_ms, *ALL_TIME),
        lambda: venue.rest.get_funding_rates("NOSUCHUSDT", *ALL_TIME),
        lambda: venue.rest.get_positions("NOSUCHUSDT"),
        lambda: venue.rest.get_open_orders("NOSUCHUSDT"),
        lambda: venue.rest.place_order(order),
        lambda: venue.rest.set_leverage("NOSUCHUSDT", 1),
        lambda: venue.rest.set_margin_mode("NOSUCHUSDT", MarginMode.CROSS),
    ]

    for request in requests:
        with pytest.raises(VenueRejected, match="NOSUCHUSDT"):
            await request()


@case(104)
async def check_ticker_quotes_around_its_price_and_not_from_the_future(venue: VenueUnderTest) -> None:
    """Ticker quotes around its price and not from the future."""
    ticker = await venue.rest.get_ticker(venue.symbol)

    assert 0 < ticker.best_bid <= ticker.best_ask
    assert ticker.best_bid % venue.instrument.tick_size == ticker.best_ask % venue.instrument.tick_size == 0
    assert ticker.event_time_ms <= await venue.rest.get_server_time_ms()


@case(105)
async def check_order_book_is_best_first_and_as_deep_as_asked(venue: VenueUnderTest) -> None:
    """Order book is best first and as deep as asked."""
    full = await venue.rest.get_order_book(venue.symbol)
    thin = await venue.rest.get_order_book(venue.symbol, depth=1)

    assert list(full.bids) == sorted(full.bids, reverse=True)
    assert list(full.asks) == sorted(full.asks)
    assert full.bids[0][0] <= full.asks[0][0]
    assert all(price > 0 and quantity > 0 for price, quantity in (*full.bids, *full.asks))
    assert (thin.bids, thin.asks) == (full.bids[:1], full.asks[:1])


@case(106)
async def check_candles_are_closed_ordered_and_within_the_range(venue: VenueUnderTest) -> None:
    """Candles are closed ordered and within the range."""
    everything = await _candles(venue)
    second, last = everything[1], everything[-1]
    some = await _candles(venue, second.open_time_ms, last.open_time_ms)

    now_ms = await venue.rest.get_server_time_ms()

    assert all(candle.is_closed and candle.close_time_ms <= now_ms for candle in everything)
    assert [c.open_time_ms for c in everything] == sorted({c.open_time_ms for c in everything})
    assert all(candle.low <= min(candle.open, candle.close) for candle in everything)
    assert all(candle.high >= max(candle.open, candle.close) for candle in everything)
    assert some == everything[1:-1]


@case(107)
async def check_a_candle_is_seen_only_after_it_closed(venue: VenueUnderTest) -> None:
    """A candle is seen only after it closed."""
    before = await _candles(venue)

    await venue.advance()
    after = await _candles(venue)

    assert after[:-1] == before
    assert after[-1].open_time_ms > before[-1].open_time_ms


@case(108)
async def check_candle_intervals_the_venue_lacks_are_rejected(venue: VenueUnderTest) -> None:
    """Candle intervals the venue lacks are rejected."""
    with pytest.raises(VenueRejected, match="7"):
        await venue.rest.get_candles(venue.symbol, 7, *ALL_TIME)


@case(109)
async def check_funding_rates_are_settled_ordered_and_within_the_range(venue: VenueUnderTest) -> None:
    """Funding rates are settled ordered and within the range."""
    none_yet = await venue.rest.get_funding_rates(venue.symbol, await _now(venue), ALL_TIME[1])
    await venue.advance(30)
    everything = list(await venue.rest.get_funding_rates(venue.symbol, *ALL_TIME))
    due = [rate.funding_time_ms for rate in everything]
    all_but_last = await venue.rest.get_funding_rates(venue.symbol, due[0], due[-1])

    assert list(none_yet) == []
    assert due == sorted(set(due))
    assert due[-1] <= await _now(venue)
    assert all(rate.interval_ms > 0 for rate in everything)
    assert list(all_but_last) == everything[:-1]


async def _candles(
    venue: VenueUnderTest, start_ms: int = ALL_TIME[0], end_ms: int = ALL_TIME[1]
) -> list[UnifiedCandle]:
    return list(await venue.rest.get_candles(venue.symbol, venue.interval_ms, start_ms, end_ms))


async def _now(venue: VenueUnderTest) -> int:
    return await venue.rest.get_server_time_ms()
