"""The adapter trades on the practice exchange through WEEX's own wire, bytes, signatures and all."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from alphastrike.domain.account import MarginMode
from alphastrike.domain.errors import (
    BadCredentials,
    ClockSkewed,
    DuplicateOrderId,
    InsufficientMargin,
    PrecisionViolated,
    UnknownSymbol,
    Unsupported,
    VenueBanned,
    VenueOutcomeUnknown,
    VenueRejected,
    WrongPassphrase,
)
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce
from alphastrike.simulator.host import Calm
from alphastrike.transport.dialect import Refusal
from tests.practice_weex import MINUTE_MS, an_order, position, trade


def test_a_market_order_fills_and_the_account_shows_it():
    async def work(connection, wire):
        rest = connection.rest
        await rest.place_order(an_order())
        return (
            await rest.get_order("BTCUSDT", "one"),
            await rest.get_positions(),
            await rest.get_fills("BTCUSDT", 0),
            wire,
        )

    found, positions, fills, wire = trade(work)

    assert (found.state, found.filled_quantity) == (OrderState.FILLED, Decimal("0.010"))
    assert found.average_price == positions[0].entry_price == fills[0].price
    assert fills[0].client_order_id == "one"
    assert fills == [replace(wire.account.fills()[0], order_id=fills[0].order_id, fill_id=fills[0].fill_id)]


@pytest.mark.parametrize(
    ("held", "asked", "left"),
    [("0.010", "0.010", "0"), ("0.010", "0.004", "0.006"), ("0.010", "0.025", "-0.015")],
)
@pytest.mark.parametrize("side", Side)
def test_an_order_against_a_position_closes_it_first_and_then_opens_the_rest(held, asked, left, side):
    async def work(connection, wire):
        rest = connection.rest
        await rest.place_order(an_order("open", side, quantity=held))
        await rest.place_order(an_order("through", Side(-side), quantity=asked))
        return (
            await rest.get_order("BTCUSDT", "through"),
            await position(rest),
            await rest.get_fills("BTCUSDT", 0),
        )

    found, now_held, fills = trade(work)

    assert now_held == Decimal(left) * side
    assert (found.state, found.filled_quantity) == (OrderState.FILLED, Decimal(asked))
    assert {fill.client_order_id for fill in fills} == {"open", "through"}


def test_a_reduce_only_order_never_opens():
    async def work(connection, wire):
        await connection.rest.place_order(an_order(reduce_only=True))
        found = await connection.rest.get_order("BTCUSDT", "one")
        return found.filled_quantity, await position(connection.rest)

    assert trade(work) == (0, 0)


def test_a_resting_order_is_listed_cancelled_and_stays_cancelled():
    async def work(connection, wire):
        rest = connection.rest
        order = an_order(kind=OrderType.LIMIT, price=Decimal("30000.0"))
        await rest.place_order(order)
        listed = await rest.get_open_orders("BTCUSDT")
        cancelled = await rest.cancel_order("BTCUSDT", "one")
        again = await rest.cancel_order("BTCUSDT", "one")
        return listed, cancelled, again, await rest.get_open_orders()

    listed, cancelled, again, left = trade(work)

    assert [one.client_order_id for one in listed] == ["one"]
    assert cancelled.state is again.state is OrderState.CANCELED
    assert left == []


def test_a_stop_waits_among_the_conditional_orders_and_can_be_cancelled():
    async def work(connection, wire):
        rest = connection.rest
        await rest.place_order(an_order("entry"))
        stop = an_order(
            "stop", Side.SELL, OrderType.STOP_MARKET, trigger_price=Decimal("30000.0"), reduce_only=True
        )
        await rest.place_order(stop)
        waiting = await rest.get_open_orders("BTCUSDT")
        native = [held.order for held in wire.account.orders(working=True)]
        await rest.cancel_all("BTCUSDT")
        return waiting, native, await rest.get_order("BTCUSDT", "stop")

    waiting, native, after = trade(work)

    assert [(one.client_order_id, one.state) for one in waiting] == [("stop", OrderState.WORKING)]
    assert native[0].trigger_price == Decimal("30000.0")
    assert after.state is OrderState.CANCELED


def test_a_stop_that_fires_is_found_under_its_own_id():
    async def work(connection, wire):
        rest = connection.rest
        await rest.place_order(an_order("entry"))
        trigger = (wire.exchange.ticker("BTCUSDT").best_bid - 1).quantize(Decimal("0.1"))
        stop = an_order("stop", Side.SELL, OrderType.STOP_MARKET, trigger_price=trigger, reduce_only=True)
        await rest.place_order(stop)
        for _ in range(120):
            await asyncio.sleep(60)
            found = await rest.get_order("BTCUSDT", "stop")
            if found.state is OrderState.FILLED:
                break
        return found, await position(rest)

    found, left = trade(work, step_ms=20_000)

    assert (found.state, left) == (OrderState.FILLED, 0)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"quantity": Decimal("0.0105")}, PrecisionViolated),
        ({"order_type": OrderType.LIMIT, "price": Decimal("30000.05")}, PrecisionViolated),
        ({"quantity": Decimal(0)}, VenueRejected),
        ({"symbol": "NOSUCHUSDT"}, UnknownSymbol),
        ({"quantity": Decimal("900000.000")}, InsufficientMargin),
        ({"client_order_id": "x" * 35}, VenueRejected),
        ({"client_order_id": "one-close"}, VenueRejected),
        ({"order_type": OrderType.LIMIT}, VenueRejected),
        ({"price": Decimal("1.0")}, VenueRejected),
        ({"order_type": OrderType.STOP_MARKET}, VenueRejected),
    ],
)
def test_a_refusal_is_of_its_kind_and_changes_nothing(changes, kind):
    async def work(connection, wire):
        with pytest.raises(kind, match=r"observed|weex"):
            await connection.rest.place_order(replace(an_order(), **changes))
        return wire.account.orders()

    assert trade(work) == ()


def test_a_client_order_id_is_taken_once():
    async def work(connection, wire):
        await connection.rest.place_order(an_order())
        with pytest.raises(DuplicateOrderId):
            await connection.rest.place_order(an_order())
        return len(wire.account.orders())

    assert trade(work) == 1


def test_more_fills_than_a_page_holds_are_all_told():
    async def work(connection, wire):
        for number in range(230):
            side = Side.BUY if number % 2 else Side.SELL
            order = an_order(f"n{number}", side, quantity="0.001")
            wire.account.place(order)
            if not number % 50:
                await asyncio.sleep(3)
        return await connection.rest.get_fills("BTCUSDT", 0), wire.account.fills("BTCUSDT")

    told, ledger = trade(work)

    assert len({fill.fill_id for fill in told}) == len(told) == len(ledger) >= 230
    assert [(fill.event_time_ms, fill.price) for fill in told] == [
        (fill.event_time_ms, fill.price) for fill in ledger
    ]


@pytest.mark.parametrize(
    ("part", "kind"),
    [("api_key", BadCredentials), ("api_secret", BadCredentials), ("passphrase", WrongPassphrase)],
)
def test_a_wrong_credential_is_named_by_kind_and_never_shown(part, kind):
    async def work(connection, wire):
        with pytest.raises(kind) as refused:
            await connection.rest.get_balances()
        return str(refused.value)

    words = trade(work, **{part: "wrong-and-secret"})

    assert "wrong-and-secret" not in words
    assert "practice-secret" not in words


def test_a_clock_that_is_off_is_measured_and_a_refusal_for_it_is_typed():
    async def work(connection, wire):
        wire.access.clock.start_ms += 10_000_000  # this machine's clock leaps ahead
        balances = await connection.rest.get_balances()
        wire.host.interference = Refusing(Refusal.CLOCK)
        with pytest.raises(ClockSkewed, match="clock"):
            await connection.rest.place_order(an_order(reduce_only=True))
        return balances

    assert trade(work)[0].wallet == 100_000


def test_a_ban_ends_every_request_and_the_next_is_not_sent():
    async def work(connection, wire):
        wire.host.interference = Refusing(Refusal.BANNED)
        before = wire.host.requests
        for _ in range(3):
            with pytest.raises(VenueBanned, match="nothing was sent"):
                await connection.rest.get_balances()
        return wire.host.requests - before

    assert trade(work) == 1


class Refusing(Calm):
    """Answers private requests with one of the venue's refusals."""

    def __init__(self, kind, *, lands=False):
        self.kind, self.lands = kind, lands

    async def request(self, request, session):
        if "/market/" in request.path:
            return session.answer(request)
        if self.lands:
            session.answer(request)
        return session.refusal(self.kind, 1)


@pytest.mark.parametrize("lands", [True, False])
def test_an_order_without_an_answer_is_unknown_and_the_probe_tells(lands):
    async def work(connection, wire):
        calm = wire.host.interference
        wire.host.interference = Refusing(Refusal.OUTCOME_UNKNOWN, lands=lands)
        kind, trigger = OrderType.STOP_MARKET, Decimal("30000.0")
        stop = an_order(side=Side.SELL, kind=kind, trigger_price=trigger, reduce_only=True)
        with pytest.raises(VenueOutcomeUnknown) as unknown:
            await connection.rest.place_order(stop)
        wire.host.interference = calm
        return unknown.value.client_order_id, await connection.rest.get_order("BTCUSDT", "one")

    identity, found = trade(work)

    assert identity == "one"
    assert (found is not None) is lands


def test_leverage_and_margin_mode_are_set_at_the_venue():
    async def work(connection, wire):
        rest = connection.rest
        assert await rest.set_leverage("BTCUSDT", 7)
        assert await rest.set_margin_mode("BTCUSDT", MarginMode.ISOLATED)
        assert await rest.set_margin_mode("BTCUSDT", MarginMode.ISOLATED)
        with pytest.raises(VenueRejected):
            await rest.set_leverage("BTCUSDT", 100_000)
        with pytest.raises(Unsupported):
            await rest.set_dead_man_switch("BTCUSDT", 1_000)
        return wire.account.leverage, wire.account.margin_mode

    assert trade(work) == (7, MarginMode.ISOLATED)


def test_candles_are_closed_and_in_range_however_far_back():
    async def work(connection, wire):
        await asyncio.sleep(20 * 3600)
        rest, now_ms = connection.rest, wire.exchange.now_ms
        start = now_ms - 1_150 * MINUTE_MS
        found = await rest.get_candles("BTCUSDT", MINUTE_MS, start, 2**62)
        recent = await rest.get_candles("BTCUSDT", MINUTE_MS, now_ms - 5 * MINUTE_MS, now_ms)
        return found, recent, start, now_ms

    found, recent, start, now_ms = trade(work, step_ms=60_000)

    opens = [candle.open_time_ms for candle in found]
    assert opens == list(range(opens[0], opens[-1] + 1, MINUTE_MS))
    assert start <= opens[0] < start + MINUTE_MS
    assert now_ms - MINUTE_MS < found[-1].close_time_ms + 1 <= now_ms
    assert found[-len(recent) :] == list(recent)


def test_market_data_agrees_with_the_exchange():
    async def work(connection, wire):
        rest = connection.rest
        await asyncio.sleep(9 * 3600)
        now = wire.exchange.now_ms
        rates = await rest.get_funding_rates("BTCUSDT", 0, 2**62)
        ticker, book = await rest.get_ticker("BTCUSDT"), await rest.get_order_book("BTCUSDT", 3)
        return (
            rates,
            wire.exchange.funding_rates("BTCUSDT", 0, now),
            ticker,
            book,
            wire.exchange.book("BTCUSDT"),
        )

    rates, settled, ticker, book, theirs = trade(work, step_ms=60_000)

    assert [rate.funding_time_ms for rate in rates] == [rate.funding_time_ms for rate in settled]
    assert [rate.rate for rate in rates] == [rate.rate for rate in settled]
    assert rates[0].interval_ms == 8 * 3_600_000
    assert ticker.best_bid <= ticker.best_ask
    assert len(book.bids) == len(book.asks) == 3
    assert theirs.bids


def test_post_only_rests_and_never_takes():
    async def work(connection, wire):
        rest = connection.rest
        ask = wire.exchange.ticker("BTCUSDT").best_ask
        crossing = an_order(kind=OrderType.LIMIT, price=ask + 100, time_in_force=TimeInForce.GTX)
        try:
            await rest.place_order(crossing)
        except VenueRejected:
            return None
        return await rest.get_order("BTCUSDT", "one")

    found = trade(work)

    assert found is None or (found.filled_quantity == 0 and found.state is not OrderState.FILLED)


def test_the_demo_account_trades_without_cancelling_and_without_streams_of_its_own():
    async def work(connection, wire):
        rest = connection.rest
        await rest.place_order(an_order())
        found, balances = await rest.get_order("BTCUSDT", "one"), await rest.get_balances()
        for refused in (
            rest.cancel_order("BTCUSDT", "one"),
            rest.cancel_all("BTCUSDT"),
            rest.get_open_orders(),
            rest.place_order(an_order("stop", kind=OrderType.STOP_MARKET, trigger_price=Decimal("90000.0"))),
            rest.set_leverage("BTCUSDT", 2),
            rest.get_fills("BTCUSDT", 0),
        ):
            with pytest.raises(Unsupported):
                await refused
        with pytest.raises(Unsupported):
            connection.websocket.fills()
        return found, balances, await position(rest)

    found, balances, held = trade(work, network="demo")

    assert found.state is OrderState.FILLED
    assert balances[0].asset == "USDT"
    assert held == Decimal("0.010")
