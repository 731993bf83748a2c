"""Fills take at most a share of a candle's volume; the rest waits, or not."""

from alphastrike.domain.orders import OrderState, OrderType, TimeInForce
from tests.builders import an_exchange

LIMIT, STOP = OrderType.LIMIT, OrderType.STOP_MARKET
CANCELED, EXPIRED = OrderState.CANCELED, OrderState.EXPIRED


def thin(**settings):
    """An exchange of which a tenth of the volume is to be had."""
    return an_exchange(volume_share=0.1, **settings).quiet(100.0)


def a_candle(price: float, volume: float) -> tuple[float, ...]:
    return (price, price, price, price, volume)


def test_a_market_order_fills_as_the_volume_comes():
    exchange = thin()

    exchange.buy(100)
    exchange.candle(a_candle(100.0, 0.3)).candle(a_candle(101.0, 0.5)).candle(a_candle(102.0, 9.0))

    assert [(fill.lots, fill.price) for fill in exchange.fills] == [(30, 100.0), (50, 101.0), (20, 102.0)]
    assert exchange.working() == []


def test_a_candle_without_volume_fills_nothing():
    exchange = thin()

    exchange.buy(100)
    exchange.candle(a_candle(100.0, 0.0))

    assert exchange.fills == []
    assert exchange.working() == [1]


def test_a_candle_of_unknown_volume_fills_nothing():
    exchange = thin()

    exchange.buy(100)
    exchange.candle(a_candle(100.0, float("nan")))

    assert exchange.fills == []


def test_all_orders_of_a_symbol_share_one_volume():
    exchange = thin()

    exchange.buy(30)
    exchange.buy(30)
    exchange.candle(a_candle(100.0, 0.5))

    assert [fill.lots for fill in exchange.fills] == [30, 20]


def test_an_immediate_order_takes_what_there_is_and_cancels_the_rest():
    exchange = thin()

    exchange.buy(100, lasts=TimeInForce.IOC)
    exchange.candle(a_candle(100.0, 0.3))

    assert [fill.lots for fill in exchange.fills] == [30]
    assert exchange.words == [(1, CANCELED)]


def test_an_immediate_order_without_volume_is_cancelled_whole():
    exchange = thin()

    exchange.buy(100, lasts=TimeInForce.IOC)
    exchange.candle(a_candle(100.0, 0.0))

    assert exchange.fills == []
    assert exchange.words == [(1, CANCELED)]


def test_a_fill_or_kill_order_fills_whole_or_not_at_all():
    exchange = thin()

    exchange.buy(100, lasts=TimeInForce.FOK)
    exchange.candle(a_candle(100.0, 0.9))
    exchange.buy(100, lasts=TimeInForce.FOK)
    exchange.candle(a_candle(100.0, 1.0))

    assert exchange.words == [(1, EXPIRED)]
    assert [fill.lots for fill in exchange.fills] == [100]


def test_a_fill_or_kill_limit_order_that_crosses_needs_the_volume_too():
    exchange = thin()

    exchange.buy(100, LIMIT, at=101.0, lasts=TimeInForce.FOK)
    exchange.candle(a_candle(100.0, 0.9))

    assert exchange.words == [(1, EXPIRED)]


def test_what_is_left_of_a_taking_limit_order_rests_as_maker():
    exchange = thin()

    exchange.buy(100, LIMIT, at=100.0)
    exchange.candle(a_candle(99.0, 0.3)).candle((101.0, 101.0, 98.0, 101.0, 0.4))

    assert [(fill.lots, fill.price, fill.is_maker) for fill in exchange.fills] == [
        (30, 99.0, False),
        (40, 100.0, True),
    ]
    assert exchange.working() == [1]


def test_a_resting_limit_order_met_in_two_candles_fills_in_two_parts():
    exchange = thin()

    exchange.buy(100, LIMIT, at=95.0)
    exchange.quiet(100.0)
    exchange.candle((100.0, 100.0, 90.0, 100.0, 0.6)).candle((94.0, 96.0, 94.0, 96.0, 0.6))

    assert [(fill.lots, fill.price) for fill in exchange.fills] == [(60, 95.0), (40, 95.0)]


def test_a_triggered_stop_keeps_taking_at_the_following_opens():
    exchange = thin()
    exchange.buy(100)
    exchange.quiet(100.0)
    exchange.sell(100, STOP, at=95.0, reduce_only=True)

    exchange.candle((100.0, 100.0, 94.0, 94.0, 0.6)).candle(a_candle(97.0, 0.1)).candle(a_candle(99.0, 9.0))

    assert [(fill.lots, fill.price) for fill in exchange.fills[1:]] == [(60, 95.0), (10, 97.0), (30, 99.0)]


def test_a_partly_filled_reduce_only_order_expires_when_the_position_is_gone():
    exchange = thin()
    exchange.buy(50)
    exchange.quiet(100.0)
    exchange.sell(50, LIMIT, at=110.0, reduce_only=True)
    exchange.quiet(100.0).candle((111.0, 111.0, 111.0, 111.0, 0.3))

    exchange.sell(20)
    exchange.candle(a_candle(100.0, 9.0)).candle((111.0, 112.0, 111.0, 111.0, 9.0))

    assert exchange.lots() == 0
    assert exchange.words == [(2, EXPIRED)]


def test_lots_are_whole_shares_of_the_volume_rounded_down():
    exchange = thin()

    exchange.buy(100)
    exchange.candle(a_candle(100.0, 0.0199))

    assert [fill.lots for fill in exchange.fills] == [1]
