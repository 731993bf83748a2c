"""Requests to the simulated venue: market data derived from candles, and orders by id."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from alphastrike.adapters.simulated.adapter import plugin
from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.commands import ApprovedOrder, PlaceOrder
from alphastrike.domain.errors import DataError, VenueRejected, VenueUnreachable
from alphastrike.domain.events import FillReceived, OrderChanged
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedOrder
from alphastrike.domain.outcomes import Reason

T0 = 400_000 * HOUR_MS
ALL_TIME = (0, 2**62)
TERMS = {"tick_size": 0.01, "quantity_step": 0.001, "min_notional": 5.0}


def a_history(*closes, symbols=("BTCUSDT",), volume=1_000.0):
    """Hourly candles that open at the close before; NaN is no candle."""
    close = np.array(closes, dtype=float).reshape(len(symbols), -1)
    opened = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    opened = np.where(np.isnan(opened), close, opened)
    blank = np.where(np.isnan(close), np.nan, 1.0)
    return CandleHistory(
        symbols=symbols,
        interval_ms=HOUR_MS,
        open_time_ms=T0 + np.arange(close.shape[1], dtype=np.int64) * HOUR_MS,
        open=opened * blank,
        high=np.maximum(opened, close),
        low=np.minimum(opened, close),
        close=close,
        volume=np.broadcast_to(volume, close.shape) * blank,
        taker_buy_volume=np.full(close.shape, np.nan),
    )


def rates(*rows, symbols=("BTCUSDT",)):
    """Funding rows (hours after the first open, rate) of the first symbol."""
    ts_ms = np.array([T0 + round(hour * HOUR_MS) for hour, _ in rows], dtype=np.int64)
    offsets = np.array([0, *(len(rows),) * len(symbols)], dtype=np.int64)
    return FundingHistory(symbols, ts_ms, np.array([rate for _, rate in rows], dtype=float), offsets)


async def a_venue(history, *, lived=1, funding=(), equity=1_000.0, **terms):
    config = SimulatedVenueConfig(**{**TERMS, **terms})
    due = rates(*funding, symbols=history.symbols)
    found = plugin.build(config, history, due, initial_equity=equity, run_id="run")
    await found.connect()
    for _ in range(lived):
        await found.advance()
    return found


def an_order(client_order_id="one", **changes):
    order = UnifiedOrder("BTCUSDT", Side.BUY, OrderType.MARKET, Decimal("0.1"), client_order_id)
    return replace(order, **changes)


def a_limit(price, client_order_id="one", **changes):
    return an_order(client_order_id, order_type=OrderType.LIMIT, price=Decimal(price), **changes)


# Market data


async def test_the_quote_is_half_the_spread_around_the_last_close_on_the_tick():
    venue = await a_venue(a_history(100.0, 123.45), lived=2, half_spread_bps=1.0)

    ticker = await venue.rest.get_ticker("BTCUSDT")

    # 123.45 x 0.9999 = 123.437655 and x 1.0001 = 123.462345
    assert (ticker.best_bid, ticker.best_ask) == (Decimal("123.43"), Decimal("123.47"))
    assert ticker.last_price == ticker.mark_price == Decimal("123.45")
    assert ticker.event_time_ms == T0 + 2 * HOUR_MS - 1 == await venue.rest.get_server_time_ms()


async def test_the_book_holds_the_volume_share_of_the_last_candle():
    venue = await a_venue(a_history(100.0, volume=12.3456), volume_share=0.25)

    book = await venue.rest.get_order_book("BTCUSDT")

    # 12.3456 x 0.25 = 3.0864, in steps of 0.001
    assert book.bids == ((Decimal("99.99"), Decimal("3.086")),)
    assert book.asks == ((Decimal("100.01"), Decimal("3.086")),)


async def test_the_book_of_a_candle_without_volume_is_empty():
    venue = await a_venue(a_history(100.0, volume=0.0))

    book = await venue.rest.get_order_book("BTCUSDT")

    assert (book.bids, book.asks) == ((), ())


async def test_a_book_of_no_depth_is_rejected():
    venue = await a_venue(a_history(100.0))

    with pytest.raises(VenueRejected, match="observed 0, allowed at least 1"):
        await venue.rest.get_order_book("BTCUSDT", depth=0)


async def test_before_the_first_candle_there_is_a_clock_but_no_price():
    venue = await a_venue(a_history(100.0, 101.0), lived=0)

    assert await venue.rest.get_server_time_ms() == T0
    assert await venue.rest.get_candles("BTCUSDT", HOUR_MS, *ALL_TIME) == []
    with pytest.raises(VenueUnreachable, match="no candle has closed yet"):
        await venue.rest.get_ticker("BTCUSDT")
    with pytest.raises(VenueRejected, match="mark price: observed none yet"):
        await venue.rest.place_order(an_order())


async def test_a_missing_candle_leaves_the_older_price_with_its_older_time():
    venue = await a_venue(a_history(100.0, np.nan, np.nan, 103.0), lived=3)

    ticker = await venue.rest.get_ticker("BTCUSDT")

    assert (ticker.last_price, ticker.event_time_ms) == (100, T0 + HOUR_MS - 1)
    assert await venue.rest.get_server_time_ms() == T0 + 3 * HOUR_MS - 1


async def test_candles_skip_what_is_missing_and_stop_at_the_clock():
    venue = await a_venue(a_history(100.0, np.nan, 102.0, 103.0), lived=3)

    candles = await venue.rest.get_candles("BTCUSDT", HOUR_MS, *ALL_TIME)

    assert [(candle.open_time_ms, candle.close) for candle in candles] == [
        (T0, 100.0),
        (T0 + 2 * HOUR_MS, 102.0),
    ]
    assert candles[0].taker_buy_volume is None


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "closes"),
    [
        (T0, T0 + 1, [100.0]),
        (T0 + 1, T0 + HOUR_MS, []),
        (T0 + 1, T0 + HOUR_MS + 1, [101.0]),
        (T0 + HOUR_MS, T0 + 3 * HOUR_MS, [101.0, 102.0]),
        (T0 + HOUR_MS, T0, []),
        (-5, 5, []),
    ],
)
async def test_a_range_of_candles_counts_open_times_from_start_up_to_but_not_end(start_ms, end_ms, closes):
    venue = await a_venue(a_history(100.0, 101.0, 102.0, 103.0), lived=3)

    candles = await venue.rest.get_candles("BTCUSDT", HOUR_MS, start_ms, end_ms)

    assert [candle.close for candle in candles] == closes


async def test_a_market_that_ends_says_so():
    venue = await a_venue(a_history(100.0, 101.0), lived=2)

    with pytest.raises(DataError, match="ends after 2 bars"):
        await venue.advance()


async def test_nothing_is_answered_before_connecting():
    venue = await a_venue(a_history(100.0))
    await venue.rest.close()

    with pytest.raises(VenueUnreachable, match="call connect"):
        await venue.rest.get_balances()
    await venue.rest.connect()

    assert (await venue.rest.get_balances())[0].wallet == 1_000


# Orders


async def test_the_engines_own_ids_keep_their_number_and_others_are_given_one():
    venue = await a_venue(a_history(100.0))
    ids = [
        "run-BTCUSDT-7",
        "run-BTCUSDT-07",
        "run-ETHUSDT-7",
        "other-BTCUSDT-7",
        "7",
        "run-BTCUSDT-x",
        "x-" * 18,
    ]

    placed = [await venue.rest.place_order(a_limit(50, name)) for name in ids]
    working = await venue.rest.get_open_orders()

    assert placed[0].order_id == "7"
    assert [int(result.order_id) - 2**40 for result in placed[1:]] == list(range(len(ids) - 1))
    assert [result.client_order_id for result in working] == ids


async def test_a_refused_order_leaves_its_id_free():
    venue = await a_venue(a_history(100.0))
    with pytest.raises(VenueRejected):
        await venue.rest.place_order(an_order(quantity=Decimal("0.001")))

    placed = await venue.rest.place_order(an_order())

    assert placed.state is OrderState.WORKING


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (
            an_order(quantity=Decimal("0.0005")),
            "quantity: observed 0.0005, allowed a positive multiple of 0.001",
        ),
        (an_order(quantity=Decimal("1E+40")), "allowed a positive multiple of 0.001 below"),
        (a_limit("99.995"), "price: observed 99.995, allowed a positive multiple of 0.01"),
        (a_limit("99", trigger_price=Decimal(98)), "trigger_price: observed 98, allowed none"),
        (an_order(order_type=OrderType.STOP_MARKET), "trigger_price: observed none"),
        (an_order(quantity=Decimal("0.049")), "notional: observed 4.9000, allowed at least 5.0"),
        (a_limit("49.99"), "notional: observed 4.999, allowed at least 5.0"),
        (an_order(time_in_force=TimeInForce.GTX), "time_in_force: observed GTX on MARKET, allowed on LIMIT"),
        (
            an_order(quantity=Decimal(201)),
            r"observed 1005\.0+, allowed at most the account's equity 1000\.0+",
        ),
        (an_order("y" * 37), r"\(37 characters\), allowed 1 to 36 characters"),
    ],
)
async def test_a_refusal_names_what_was_observed_and_what_is_allowed(order, message):
    venue = await a_venue(a_history(100.0), leverage=20)

    with pytest.raises(VenueRejected, match=message):
        await venue.rest.place_order(order)

    assert await venue.rest.get_open_orders() == []


async def test_a_symbol_holds_sixteen_orders():
    venue = await a_venue(a_history(100.0))
    for number in range(16):
        await venue.rest.place_order(a_limit(60 + number, f"limit-{number}"))

    with pytest.raises(VenueRejected, match="open orders: observed 16, allowed fewer than 16"):
        await venue.rest.place_order(a_limit(50, "one-too-many"))

    await venue.rest.cancel_order("BTCUSDT", "limit-3")
    await venue.rest.place_order(a_limit(50, "fits-now"))
    working = [result.client_order_id for result in await venue.rest.get_open_orders("BTCUSDT")]
    assert working == [*(f"limit-{number}" for number in range(16) if number != 3), "fits-now"]


async def test_a_large_order_fills_by_shares_of_volume_at_their_average_price():
    history = a_history(100.0, 100.0, 110.0, 110.0, volume=1.0)
    venue = await a_venue(history, volume_share=0.1, half_spread_bps=0, slippage_bps=0, impact_bps=0)
    await venue.rest.place_order(an_order(quantity=Decimal("0.15")))

    await venue.advance()
    part = await venue.rest.get_order("BTCUSDT", "one")
    working = await venue.rest.get_open_orders()
    await venue.advance()
    await venue.advance()
    whole = await venue.rest.get_order("BTCUSDT", "one")

    assert (part.state, part.filled_quantity, part.average_price) == (
        OrderState.PARTIALLY_FILLED,
        Decimal("0.1"),
        100,
    )
    assert list(working) == [part]
    # 0.1 at the open of 100, then 0.05 at the next open, 100 as well
    assert (whole.state, whole.filled_quantity, whole.average_price) == (
        OrderState.FILLED,
        Decimal("0.15"),
        100,
    )


async def test_a_reduce_only_order_without_a_position_expires():
    venue = await a_venue(a_history(100.0, 100.0))
    await venue.rest.place_order(an_order(reduce_only=True))

    await venue.advance()

    assert (await venue.rest.get_order("BTCUSDT", "one")).state is OrderState.EXPIRED


async def test_orders_and_events_by_the_thousand_do_not_fill_the_venue_up():
    venue = await a_venue(a_history(*[100.0] * 1_200))

    for number in range(1_000):
        await venue.rest.place_order(a_limit(50, f"limit-{number}"))
        await venue.rest.cancel_order("BTCUSDT", f"limit-{number}")
        await venue.rest.place_order(an_order(f"market-{number}", side=Side(1 - 2 * (number % 2))))
        await venue.advance()

    assert (await venue.rest.get_order("BTCUSDT", "market-0")).state is OrderState.FILLED
    assert (await venue.rest.get_order("BTCUSDT", "limit-999")).state is OrderState.CANCELED
    assert await venue.rest.get_positions() == []


async def test_requests_tell_the_session_what_direct_commands_would():
    history = a_history(100.0, 101.0, 99.0, 98.0, 103.0)
    orders = [
        an_order("run-BTCUSDT-1"),
        a_limit("98.5", "run-BTCUSDT-2"),
        an_order("run-BTCUSDT-3", order_type=OrderType.STOP_MARKET, trigger_price=Decimal(102)),
    ]
    asked, told = await a_venue(history), await a_venue(history)
    session = told.exchange.session

    for order in orders:
        await asked.rest.place_order(order)
    events = [asked.exchange.advance() for _ in range(4)]
    for number, order in enumerate(orders, 1):
        command = PlaceOrder(ApprovedOrder.by_operator(order), number, Reason.OPERATOR)
        session.send(command, told.exchange.now_ms)
    direct = [session.feed(history, bar) for bar in range(1, 5)]

    assert events == direct
    assert sum(isinstance(event, FillReceived) for bar in events for event in bar) == 3


async def test_events_carry_the_client_ids_their_senders_chose():
    venue = await a_venue(a_history(100.0, 100.0))
    await venue.rest.place_order(an_order("my own"))
    await venue.rest.place_order(an_order("too late", reduce_only=True, side=Side.BUY))

    events = venue.exchange.advance()

    assert [event.fill.client_order_id for event in events if isinstance(event, FillReceived)] == ["my own"]
    assert [event.client_order_id for event in events if isinstance(event, OrderChanged)] == ["too late"]
