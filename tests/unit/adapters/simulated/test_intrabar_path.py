"""The order of events inside one candle: the worse one first."""

import pytest

from alphastrike.domain.orders import OrderState, OrderType
from tests.builders import an_exchange

LIMIT, STOP, TARGET = OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET
WIDE = (100.0, 110.0, 90.0, 105.0)


def bracketed(side: int, *, stop: float, target: float, kind: OrderType = TARGET):
    """A position of one lot entered at 100, with a stop and a target working."""
    exchange = an_exchange().quiet(100.0)
    exchange.send(side, 1, OrderType.MARKET)
    exchange.quiet(100.0)
    exchange.send(-side, 1, kind, at=target, reduce_only=True)
    exchange.send(-side, 1, STOP, at=stop, reduce_only=True)
    return exchange.quiet(100.0)


@pytest.mark.parametrize("kind", [TARGET, LIMIT])
@pytest.mark.parametrize(("side", "stop", "target"), [(1, 95.0, 105.0), (-1, 105.0, 95.0)])
def test_stop_and_target_in_one_candle_are_the_stop(side, stop, target, kind):
    exchange = bracketed(side, stop=stop, target=target, kind=kind)

    exchange.candle(WIDE)

    assert exchange.prices == [100.0, stop]
    assert exchange.lots() == 0


@pytest.mark.parametrize(("side", "stop", "target"), [(1, 80.0, 105.0), (-1, 120.0, 95.0)])
def test_a_target_alone_in_the_candle_is_taken(side, stop, target):
    exchange = bracketed(side, stop=stop, target=target)

    exchange.candle(WIDE)

    assert exchange.prices == [100.0, target]


def test_a_stop_beyond_a_gap_fills_at_the_open():
    exchange = bracketed(1, stop=95.0, target=105.0)

    exchange.candle((91.0, 106.0, 90.0, 105.0))

    assert exchange.prices == [100.0, 91.0]


def test_a_target_beyond_a_gap_fills_at_the_open():
    exchange = bracketed(1, stop=95.0, target=105.0)

    exchange.candle((107.0, 108.0, 90.0, 105.0))

    assert exchange.prices == [100.0, 107.0]


def test_a_target_whose_position_is_gone_expires_when_it_is_met():
    exchange = bracketed(1, stop=95.0, target=105.0)

    exchange.candle(WIDE)

    assert exchange.words == [(2, OrderState.EXPIRED)]
    assert exchange.working() == []


def test_a_stop_entry_is_filled_early_enough_to_be_stopped_out():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1, STOP, at=105.0)
    exchange.sell(1, STOP, at=95.0, reduce_only=True)

    exchange.candle(WIDE)

    assert exchange.prices == [105.0, 95.0]


def test_a_limit_entry_is_filled_early_enough_to_be_stopped_out_on_the_way_down():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1, LIMIT, at=97.0)
    exchange.sell(1, STOP, at=95.0, reduce_only=True)

    exchange.candle(WIDE)

    assert exchange.prices == [97.0, 95.0]


@pytest.mark.parametrize("kind", [TARGET, LIMIT])
@pytest.mark.parametrize(("side", "entry", "target"), [(1, 95.0, 105.0), (-1, 105.0, 95.0)])
def test_no_profit_is_taken_in_the_very_candle_that_opened_the_position(kind, side, entry, target):
    exchange = an_exchange().quiet(100.0)
    exchange.send(side, 1, LIMIT, at=entry)
    exchange.send(-side, 1, kind, at=target, reduce_only=True)

    exchange.candle((100.0, 110.0, 90.0, 100.0))
    assert exchange.prices == [entry]
    exchange.candle((100.0, 110.0, 90.0, 100.0))

    assert exchange.prices == [entry, target]


def test_no_profit_is_taken_in_the_very_candle_that_turned_the_position():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1)
    exchange.quiet(100.0)
    exchange.sell(3, STOP, at=97.0)
    exchange.buy(2, LIMIT, at=92.0, reduce_only=True)

    exchange.quiet(100.0).candle((100.0, 100.0, 90.0, 100.0))

    assert exchange.prices == [100.0, 97.0]
    assert exchange.lots() == -2


def test_after_being_stopped_out_another_entry_may_still_fill_in_the_candle():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1, LIMIT, at=97.0)
    exchange.sell(1, STOP, at=95.0, reduce_only=True)
    exchange.sell(2, LIMIT, at=108.0)

    exchange.candle(WIDE)

    assert exchange.prices == [97.0, 95.0, 108.0]
    assert exchange.lots() == -2


def test_a_position_opened_at_the_open_may_take_its_profit_if_the_stop_was_not_met_first():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1)
    exchange.sell(1, STOP, at=89.0, reduce_only=True)
    exchange.sell(1, TARGET, at=108.0, reduce_only=True)

    exchange.candle(WIDE)

    assert exchange.prices == [100.0, 108.0]


def test_levels_are_met_in_the_order_of_their_distance():
    exchange = an_exchange().quiet(100.0)
    for limit in (93.0, 97.0, 95.0):
        exchange.buy(1, LIMIT, at=limit)

    exchange.quiet(100.0).candle((100.0, 100.0, 90.0, 100.0))

    assert exchange.prices == [97.0, 95.0, 93.0]


def test_at_one_price_a_stop_comes_before_a_limit_order():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1)
    exchange.quiet(100.0)
    exchange.buy(1, LIMIT, at=95.0)
    exchange.sell(1, STOP, at=95.0, reduce_only=True)

    exchange.quiet(100.0).candle((100.0, 100.0, 94.0, 100.0))

    assert [fill.side for fill in exchange.fills] == [1, -1, 1]


def test_the_way_back_to_the_close_meets_orders_too():
    exchange = an_exchange().quiet(100.0)
    exchange.buy(1)
    exchange.quiet(100.0)
    # Down to 90, up to 110, back to 102: only on the last stretch does the price fall from above 105.
    exchange.sell(1, STOP, at=89.0, reduce_only=True)
    exchange.sell(1, LIMIT, at=108.0)
    exchange.buy(1, LIMIT, at=104.0)

    exchange.candle((106.0, 110.0, 105.0, 102.0))

    assert exchange.prices == [100.0, 108.0, 104.0]
    assert exchange.lots() == 1


def test_a_candle_that_meets_nothing_only_marks_the_position():
    exchange = bracketed(1, stop=80.0, target=120.0)

    exchange.candle(WIDE)

    assert exchange.prices == [100.0]
    assert exchange.venue.positions[0]["mark_price"] == 105.0
    assert exchange.working() == [2, 3]
