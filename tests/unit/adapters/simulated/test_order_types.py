"""What each kind of order does, and how long it lasts."""

import pytest

from alphastrike.domain.orders import OrderState, OrderType, TimeInForce
from tests.builders import START_MS, Fill, an_exchange, an_instrument

LIMIT, STOP, TARGET = OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET
IOC, FOK, POST_ONLY = TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTX
CANCELED, EXPIRED = OrderState.CANCELED, OrderState.EXPIRED
HOUR_END = 3_600_000 - 1


def with_position(lots: int, price: float = 100.0, **settings):
    """An exchange one candle old that holds `lots`."""
    exchange = an_exchange(**settings).quiet(price)
    exchange.send(1 if lots > 0 else -1, abs(lots), OrderType.MARKET)
    return exchange.quiet(price)


def test_a_market_order_fills_at_the_next_open_as_taker():
    exchange = an_exchange(an_instrument(taker_fee_rate="0.0005")).quiet(100.0)

    exchange.buy(2_000)
    exchange.candle((101.0, 103.0, 99.0, 102.0))

    assert exchange.fills == [
        Fill(1, 2_000, 101.0, pytest.approx(0.101), False, False, START_MS + 3_600_000, 0)
    ]
    assert exchange.working() == []


def test_nothing_fills_before_the_candle_after_the_order():
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1)

    assert exchange.fills == []
    assert exchange.working() == [1]


def test_a_market_order_waits_through_missing_candles():
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1)
    exchange.candle(None).candle(None).quiet(107.0)

    assert exchange.prices == [107.0]


def test_an_arriving_limit_order_that_crosses_takes_at_the_open():
    exchange = an_exchange(an_instrument(taker_fee_rate="0.001", maker_fee_rate="0.0001")).quiet(100.0)

    exchange.buy(1_000, LIMIT, at=105.0)
    exchange.quiet(100.0)

    (fill,) = exchange.fills
    assert (fill.price, fill.is_maker) == (100.0, False)
    assert fill.fee == pytest.approx(0.1)


def test_a_taking_limit_order_never_pays_more_than_its_limit():
    exchange = an_exchange(slippage_bps=100.0).quiet(100.0)

    exchange.buy(1, LIMIT, at=100.5)
    exchange.sell(1, LIMIT, at=99.5)
    exchange.quiet(100.0)

    assert exchange.prices == [100.5, 99.5]


@pytest.mark.parametrize(("side", "inside", "across"), [(1, 100.09, 100.1), (-1, 99.91, 99.9)])
def test_a_limit_order_crosses_at_the_other_side_of_the_spread(side, inside, across):
    exchange = an_exchange(half_spread_bps=10.0).quiet(100.0)

    for price in (inside, across):
        exchange.send(side, 1, LIMIT, at=price, lasts=POST_ONLY)
    exchange.send(side, 1, LIMIT, at=inside, lasts=IOC)
    exchange.send(side, 1, LIMIT, at=across)
    exchange.quiet(100.0)

    assert exchange.prices == [across]
    assert exchange.words == [(2, EXPIRED), (3, EXPIRED)]
    assert exchange.working() == [1]


def test_a_resting_limit_order_fills_at_its_own_price_as_maker():
    exchange = an_exchange(an_instrument(taker_fee_rate="0.001", maker_fee_rate="0.0002")).quiet(100.0)

    exchange.buy(1_000, LIMIT, at=95.0)
    exchange.quiet(100.0).candle((100.0, 101.0, 94.0, 96.0))

    (fill,) = exchange.fills
    assert (fill.price, fill.is_maker, fill.ts_ms) == (95.0, True, START_MS + 2 * 3_600_000 + HOUR_END)
    assert fill.fee == pytest.approx(0.019)


def test_a_limit_order_can_fill_within_the_candle_it_arrives_in():
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1, LIMIT, at=95.0)
    exchange.candle((100.0, 101.0, 94.0, 96.0))

    assert exchange.prices == [95.0]


@pytest.mark.parametrize(("low", "fills"), [(95.0, []), (94.99, [95.0])])
def test_the_market_must_trade_through_a_resting_limit_order(low, fills):
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1, LIMIT, at=95.0)
    exchange.quiet(100.0).candle((100.0, 100.0, low, 100.0))

    assert exchange.prices == fills


@pytest.mark.parametrize(("opened", "fills"), [(95.0, []), (94.99, [95.0])])
def test_an_open_on_a_resting_limit_price_is_only_a_touch(opened, fills):
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1, LIMIT, at=95.0)
    exchange.quiet(100.0).candle((opened, 100.0, opened, 100.0))

    assert exchange.prices == fills


@pytest.mark.parametrize(
    ("tick", "limit", "low"), [("0.1", 0.3, 0.2), ("0.01", 1.13, 1.12), ("0.0001", 0.0703, 0.0702)]
)
def test_binary_dust_in_a_price_does_not_hide_a_trade_through(tick, limit, low):
    exchange = an_exchange(an_instrument(tick_size=tick)).quiet(2.0)

    exchange.buy(1, LIMIT, at=limit)
    exchange.quiet(2.0).candle((2.0, 2.0, low, 2.0))

    assert exchange.prices == [limit]


def test_a_gap_over_a_resting_limit_order_still_fills_at_its_price():
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1, LIMIT, at=95.0)
    exchange.quiet(100.0).candle((90.0, 91.0, 89.0, 90.0))

    (fill,) = exchange.fills
    assert (fill.price, fill.is_maker) == (95.0, True)


def test_a_post_only_order_that_would_take_expires():
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1, LIMIT, at=100.0, lasts=POST_ONLY)
    exchange.quiet(100.0)

    assert exchange.fills == []
    assert exchange.words == [(1, EXPIRED)]


def test_a_post_only_order_that_rests_fills_as_maker():
    exchange = an_exchange().quiet(100.0)

    exchange.sell(1, LIMIT, at=105.0, lasts=POST_ONLY)
    exchange.quiet(100.0).candle((100.0, 106.0, 99.0, 100.0))

    (fill,) = exchange.fills
    assert (fill.side, fill.price, fill.is_maker) == (-1, 105.0, True)


@pytest.mark.parametrize("lasts", [IOC, FOK])
def test_a_limit_order_for_now_or_never_expires_when_it_does_not_cross(lasts):
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1, LIMIT, at=95.0, lasts=lasts)
    exchange.candle((100.0, 100.0, 90.0, 95.0))

    assert exchange.fills == []
    assert exchange.words == [(1, EXPIRED)]


@pytest.mark.parametrize(("side", "trigger", "extreme"), [(1, 105.0, 106.0), (-1, 95.0, 94.0)])
def test_a_stop_order_waits_for_its_trigger_and_then_takes_there(side, trigger, extreme):
    exchange = an_exchange().quiet(100.0)

    exchange.send(side, 1, STOP, at=trigger)
    exchange.quiet(100.0)
    assert exchange.fills == []
    exchange.candle((100.0, max(100.0, extreme), min(100.0, extreme), 100.0))

    (fill,) = exchange.fills
    assert (fill.side, fill.price, fill.is_maker) == (side, trigger, False)


@pytest.mark.parametrize(("side", "trigger", "extreme"), [(1, 95.0, 94.0), (-1, 105.0, 106.0)])
def test_a_take_profit_order_triggers_on_the_near_side(side, trigger, extreme):
    exchange = an_exchange().quiet(100.0)

    exchange.send(side, 1, TARGET, at=trigger)
    exchange.quiet(100.0)
    assert exchange.fills == []
    exchange.candle((100.0, max(100.0, extreme), min(100.0, extreme), 100.0))

    assert exchange.prices == [trigger]


@pytest.mark.parametrize("kind", [STOP, TARGET])
def test_a_conditional_order_is_met_by_a_mere_touch(kind):
    exchange = an_exchange().quiet(100.0)
    trigger = 105.0 if kind is STOP else 95.0

    exchange.buy(1, kind, at=trigger)
    exchange.quiet(100.0).candle((100.0, max(100.0, trigger), min(100.0, trigger), 100.0))

    assert exchange.prices == [trigger]


@pytest.mark.parametrize(("kind", "opened"), [(STOP, 108.0), (TARGET, 92.0)])
def test_a_gap_over_a_trigger_fills_at_the_open(kind, opened):
    exchange = an_exchange().quiet(100.0)

    exchange.buy(1, kind, at=105.0 if kind is STOP else 95.0)
    exchange.quiet(100.0).candle((opened, 110.0, 90.0, 100.0))

    (fill,) = exchange.fills
    assert (fill.price, fill.ts_ms) == (opened, START_MS + 2 * 3_600_000)


@pytest.mark.parametrize("kind", [STOP, TARGET])
@pytest.mark.parametrize("side", [1, -1])
def test_an_open_exactly_on_the_trigger_meets_it(kind, side):
    exchange = an_exchange().quiet(100.0)

    exchange.send(side, 1, kind, at=100.0)
    exchange.quiet(100.0)

    assert exchange.prices == [100.0]


def test_a_stop_that_arrives_beyond_its_trigger_takes_at_the_open():
    exchange = with_position(5)

    exchange.sell(5, STOP, at=101.0, reduce_only=True)
    exchange.quiet(100.0)

    assert exchange.prices == [100.0, 100.0]
    assert exchange.lots() == 0


def test_a_reduce_only_order_never_flips_the_position():
    exchange = with_position(3)

    exchange.sell(10, reduce_only=True)
    exchange.quiet(100.0)

    assert exchange.lots() == 0
    assert exchange.fills[-1].lots == 3
    assert exchange.words == [(2, EXPIRED)]


def test_a_reduce_only_order_without_a_position_expires():
    exchange = an_exchange().quiet(100.0)

    exchange.sell(10, reduce_only=True)
    exchange.quiet(100.0)

    assert exchange.fills == []
    assert exchange.words == [(1, EXPIRED)]


def test_a_reduce_only_order_on_the_side_of_the_position_expires():
    exchange = with_position(3)

    exchange.buy(1, reduce_only=True)
    exchange.quiet(100.0)

    assert exchange.lots() == 3
    assert exchange.words == [(2, EXPIRED)]


def test_two_reduce_only_orders_together_do_not_flip_the_position():
    exchange = with_position(3)

    exchange.sell(2, reduce_only=True)
    exchange.sell(2, reduce_only=True)
    exchange.quiet(100.0)

    assert exchange.lots() == 0
    assert [fill.lots for fill in exchange.fills] == [3, 2, 1]


def test_a_reduce_only_limit_order_rests_for_the_position_to_come():
    exchange = an_exchange().quiet(100.0)

    exchange.sell(2, LIMIT, at=110.0, reduce_only=True)
    exchange.candle((100.0, 112.0, 100.0, 100.0))
    assert exchange.fills == []
    exchange.buy(2)
    exchange.quiet(100.0).candle((100.0, 112.0, 100.0, 100.0))

    assert exchange.prices == [100.0, 110.0]
    assert exchange.lots() == 0


def test_an_ordinary_order_may_flip_the_position():
    exchange = with_position(3)

    exchange.sell(10)
    exchange.quiet(100.0)

    assert exchange.lots() == -7


def test_a_cancelled_order_is_gone_and_says_so():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1, LIMIT, at=95.0)

    exchange.cancel(1)
    exchange.candle((100.0, 100.0, 90.0, 95.0))

    assert exchange.fills == []
    assert exchange.words == [(1, CANCELED)]


def test_cancelling_an_order_that_is_gone_changes_nothing():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1)
    exchange.quiet(100.0)

    exchange.cancel(1)

    assert exchange.words == []
    assert exchange.lots() == 1


def test_cancelling_one_order_keeps_the_others_in_their_order():
    exchange = an_exchange().quiet(100.0)
    for limit in (90.0, 91.0, 92.0):
        exchange.buy(1, LIMIT, at=limit)

    exchange.cancel(2)

    assert exchange.working() == [1, 3]


def test_orders_at_the_open_are_served_in_the_order_they_were_sent():
    exchange = an_exchange(volume_share=0.5).quiet(100.0)
    for _ in range(3):
        exchange.buy(2)

    exchange.candle((100.0, 100.0, 100.0, 100.0, 0.006))

    assert [fill.lots for fill in exchange.fills] == [2, 1]
    assert exchange.working() == [2, 3]
