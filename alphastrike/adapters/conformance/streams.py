"""Cases 401 and on: every adapter's `ExchangeWebSocketProtocol`."""

from decimal import Decimal

import pytest

from alphastrike.adapters.conformance.venue import VenueUnderTest, case
from alphastrike.domain.errors import VenueRejected, VenueUnreachable
from alphastrike.domain.exchange import ExchangeWebSocketProtocol
from alphastrike.domain.orders import (
    OrderState,
    Side,
    UnifiedOrder,
)


@case(401)
async def check_speaks_the_websocket_protocol(venue: VenueUnderTest) -> None:
    """Speaks the websocket protocol."""
    assert isinstance(venue.websocket, ExchangeWebSocketProtocol)


@case(402)
async def check_candles_arrive_closed_in_order_and_equal_to_those_of_rest(venue: VenueUnderTest) -> None:
    """Candles arrive closed in order and equal to those of rest."""
    stream = venue.websocket.candles([venue.symbol], venue.interval_ms)
    now_ms = await venue.rest.get_server_time_ms()

    await venue.advance(3)
    closed = []
    while len(closed) < 3:
        candle = await venue.next(stream)
        closed += [candle] if candle.is_closed else []

    first_ms, last_ms = closed[0].open_time_ms, closed[-1].open_time_ms
    asked = await venue.rest.get_candles(venue.symbol, venue.interval_ms, first_ms, last_ms + 1)
    assert first_ms <= now_ms + 1
    assert closed == list(asked)
    assert closed[0].close_time_ms >= now_ms


@case(403)
async def check_candles_of_several_symbols_share_a_stream_and_others_stay_out(venue: VenueUnderTest) -> None:
    """Candles of several symbols share a stream and others stay out."""
    symbols = [instrument.symbol for instrument in await venue.rest.get_instruments()]
    both = venue.websocket.candles(symbols, venue.interval_ms)
    one = venue.websocket.candles(symbols[1:2], venue.interval_ms)

    await venue.advance()
    await venue.websocket.close()

    assert {candle.symbol for candle in await venue.rest_of(both)} == set(symbols)
    assert {candle.symbol for candle in await venue.rest_of(one)} == {symbols[1]}


@case(404)
async def check_candles_the_venue_lacks_are_rejected(venue: VenueUnderTest) -> None:
    """Candles the venue lacks are rejected."""
    with pytest.raises(VenueRejected, match="NOSUCHUSDT"):
        venue.websocket.candles(["NOSUCHUSDT"], venue.interval_ms)
    with pytest.raises(VenueRejected, match="7"):
        venue.websocket.candles([venue.symbol], 7)


@case(405)
async def check_trades_are_streamed_or_rejected_as_the_capability_says(venue: VenueUnderTest) -> None:
    """Trades are streamed or rejected as the capability says."""
    if venue.can.supports_trade_stream:
        stream = venue.websocket.trades([venue.symbol])
        await venue.advance()
        assert (await venue.next(stream)).symbol == venue.symbol
        return

    with pytest.raises(VenueRejected, match=venue.symbol):
        venue.websocket.trades([venue.symbol])


@case(406)
async def check_a_fill_is_streamed_as_the_order_book_of_rest_tells_it(venue: VenueUnderTest) -> None:
    """A fill is streamed as the order book of rest tells it."""
    fills = venue.websocket.fills()
    order = await venue.market(Side.BUY)

    result = await venue.filled(order)
    got = [await venue.next(fills)]
    while sum(fill.quantity for fill in got) < order.quantity:
        got.append(await venue.next(fills))

    now_ms = await venue.rest.get_server_time_ms()
    notional = sum((fill.quantity * fill.price for fill in got), Decimal(0))
    assert {(fill.symbol, fill.client_order_id) for fill in got} == {(order.symbol, order.client_order_id)}
    assert {(fill.side, fill.is_liquidation) for fill in got} == {(Side.BUY, False)}
    assert {fill.order_id for fill in got} == {result.order_id}
    assert sum(fill.quantity for fill in got) == result.filled_quantity == order.quantity
    assert float(notional / order.quantity) == pytest.approx(float(result.average_price), rel=1e-9)
    assert all(fill.event_time_ms <= now_ms for fill in got)


@case(407)
async def check_order_changes_are_streamed_until_the_end(venue: VenueUnderTest) -> None:
    """Order changes are streamed until the end."""
    stream = venue.websocket.orders()
    taking, resting = await venue.market(), await venue.limit()

    await venue.filled(taking)
    await venue.filled(resting)
    last = await venue.rest.cancel_order(resting.symbol, resting.client_order_id)
    await venue.websocket.close()

    told = await venue.rest_of(stream)
    states = {id_: [r.state for r in told if r.client_order_id == id_] for id_ in _ids(taking, resting)}
    assert states[taking.client_order_id][0] is OrderState.WORKING
    assert states[taking.client_order_id][-1] is OrderState.FILLED
    assert states[resting.client_order_id] == [OrderState.WORKING, OrderState.CANCELED]
    assert told[-1] == last


@case(408)
async def check_two_readers_both_get_every_fill(venue: VenueUnderTest) -> None:
    """Two readers both get every fill."""
    one, other = venue.websocket.fills(), venue.websocket.fills()

    await venue.filled(await venue.market())
    await venue.filled(await venue.market(Side.SELL))
    await venue.websocket.close()

    heard = await venue.rest_of(one)
    assert len(heard) >= 2
    assert await venue.rest_of(other) == heard


@case(409)
async def check_closing_ends_every_stream_and_twice_is_safe(venue: VenueUnderTest) -> None:
    """Closing ends every stream and twice is safe."""
    streams = [
        venue.websocket.candles([venue.symbol], venue.interval_ms),
        venue.websocket.fills(),
        venue.websocket.orders(),
    ]

    await venue.websocket.close()
    await venue.websocket.close()

    assert [await venue.rest_of(stream) for stream in streams] == [[], [], []]
    with pytest.raises(VenueUnreachable):
        venue.websocket.fills()


@case(410)
async def check_streams_can_be_opened_again_after_a_close(venue: VenueUnderTest) -> None:
    """Streams can be opened again after a close."""
    await venue.websocket.close()
    await venue.websocket.connect()
    fills = venue.websocket.fills()

    order = await venue.market()
    await venue.filled(order)

    assert (await venue.next(fills)).client_order_id == order.client_order_id


def _ids(*orders: UnifiedOrder) -> list[str]:
    return [order.client_order_id for order in orders]
