"""What goes wrong between here and the venue has one typed error, and no order is sent twice."""

import asyncio
from decimal import Decimal

import pytest

from alphastrike.adapters.hyperliquid.faults import refused
from alphastrike.domain.errors import (
    BadCredentials,
    ClockSkewed,
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    VenueBanned,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueThrottled,
    VenueUnreachable,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder
from alphastrike.simulator.host import Calm, ReplyLost
from alphastrike.transport.clock import LoopClock
from alphastrike.transport.dialect import Refusal
from alphastrike.transport.wire import HttpReply
from tests.practice_hyperliquid import START_MS, World, in_practice

ORDER = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.01"), "run-1")


class Troubled(Calm):
    """The next requests of a path meet `troubles` in turn; then it is calm again."""

    def __init__(self, path, *troubles):
        self.path = path
        self.troubles = list(troubles)
        self.requests = []

    async def request(self, request, session):
        self.requests.append(request)
        if request.path != self.path or not self.troubles:
            return session.answer(request)
        return self.troubles.pop(0)(request, session)


def landed_and_lost(request, session):
    session.answer(request)
    raise ReplyLost


def lost(_request, _session):
    raise ReplyLost


def late(seconds):
    """The client hears nothing, and the venue gets the request only after a while."""

    def trouble(request, session):
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, session.answer, request)
        raise ReplyLost

    return trouble


def says(status, body):
    return lambda _request, _session: HttpReply(status, body)


def worded(kind, seconds=0):
    return lambda _request, session: session.refusal(kind, seconds)


def troubled(work, path, *troubles):
    async def run(world):
        connection = world.connection()
        await connection.connect()
        world.host.interference = Troubled(path, *troubles)
        try:
            return await work(connection.rest, world)
        finally:
            await connection.close()

    return in_practice(run)


@pytest.mark.parametrize(
    ("trouble", "has_landed"),
    [
        (landed_and_lost, True),
        (lost, False),
        (says(502, b"<html>Bad Gateway</html>"), False),
        (says(200, b'{"status":"ok","respon'), False),
        (says(200, b'{"status":"ok","response":{}}'), False),
        (worded(Refusal.OUTCOME_UNKNOWN), False),
        (late(3), True),
        (late(7), False),
    ],
)
def test_an_unknown_outcome_is_probed_and_never_becomes_two_orders(trouble, has_landed):
    async def work(rest, world):
        with pytest.raises(VenueOutcomeUnknown, match="run-1"):
            await rest.place_order(ORDER)
        with pytest.raises(DuplicateOrderId):
            await rest.place_order(ORDER)
        known = await rest.get_order("BTCUSDT", "run-1")
        if known is None:
            await rest.place_order(ORDER)
        return known, world.account.orders()

    known, orders = troubled(work, "/exchange", trouble)

    assert (known is not None) is has_landed
    assert [order.result.state for order in orders] == [OrderState.FILLED]


def test_too_many_requests_pause_and_a_read_is_asked_again():
    async def work(rest, world):
        book = await rest.get_order_book("BTCUSDT")
        return book, len(world.host.interference.requests)

    book, requests = troubled(work, "/info", worded(Refusal.THROTTLED, 2), worded(Refusal.THROTTLED, 2))

    assert book.bids
    assert requests == 3


def test_an_order_that_is_throttled_was_not_sent_and_may_be():
    async def work(rest, world):
        with pytest.raises(VenueThrottled):
            await rest.place_order(ORDER)
        await rest.place_order(ORDER)
        return len(world.account.orders())

    assert troubled(work, "/exchange", worded(Refusal.THROTTLED, 1)) == 1


def test_while_banned_nothing_is_sent():
    async def work(rest, world):
        for _ in range(3):
            with pytest.raises(VenueBanned):
                await rest.get_order_book("BTCUSDT")
        during = len(world.host.interference.requests)
        await asyncio.sleep(61)
        return during, (await rest.get_order_book("BTCUSDT")).bids

    during, bids = troubled(work, "/info", worded(Refusal.BANNED, 60))

    assert during == 1
    assert bids


def test_a_venue_that_is_down_is_unreachable_for_reads():
    async def work(rest, _world):
        with pytest.raises(VenueUnreachable, match="503"):
            await rest.get_balances()

    troubled(work, "/info", *[worded(Refusal.UNAVAILABLE)] * 4)


def test_a_clock_ten_seconds_off_is_measured_and_corrected():
    async def run(world):
        ahead = World(world.host, LoopClock(START_MS + 10_000)).connection()
        await ahead.connect()
        placed = await ahead.rest.place_order(ORDER)
        offset = ahead.rest._client.venue_clock.offset_ms
        await ahead.close()
        return placed, offset

    placed, offset = in_practice(run)

    assert placed.state is OrderState.FILLED
    assert -10_100 < offset < -8_900


def test_a_clock_that_jumps_is_named_and_measured_again_before_the_next_order():
    async def run(world):
        clock = LoopClock(START_MS)
        slow = World(world.host, clock).connection()
        await slow.connect()
        clock.start_ms -= 60_000
        with pytest.raises(ClockSkewed, match="clock"):
            await slow.rest.place_order(ORDER)
        placed = await slow.rest.place_order(ORDER)
        await slow.close()
        return placed, world.account.orders()

    placed, orders = in_practice(run)

    assert placed.state is OrderState.FILLED
    assert len(orders) == 1


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("User or API Wallet 0x12 does not exist.", BadCredentials),
        ("Must deposit before performing actions. User: 0x12", BadCredentials),
        ("Invalid nonce: duplicate nonce 1741107452532", ClockSkewed),
        ("Price must be divisible by tick size. asset=1", PrecisionViolated),
        ("Order has invalid size.", PrecisionViolated),
        ("Insufficient margin to place order. asset=5", InsufficientMargin),
        ("Invalid asset 999", UnknownSymbol),
        ("Something never heard before", VenueRejected),
        (None, VenueRejected),
    ],
)
def test_the_venues_words_have_one_kind_each(words, kind):
    fault = refused("order a", words)

    assert type(fault) is kind
    assert str(words) in str(fault)


def test_no_fault_and_no_representation_holds_the_key():
    async def run(world):
        connection = world.connection()
        await connection.connect()
        world.host.interference = Troubled("/exchange", says(400, b"bad request"))
        with pytest.raises(VenueRejected) as refusal:
            await connection.rest.place_order(ORDER)
        await connection.close()
        return str(refusal.value) + repr(vars(connection.rest._client._rules))

    assert "1" * 16 not in in_practice(run)
