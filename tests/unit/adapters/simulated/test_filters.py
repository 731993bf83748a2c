"""What the simulated venue refuses at the door."""

import numpy as np
import pytest

from alphastrike.adapters.simulated.kernel_orders import (
    ACCEPTED,
    BELOW_MIN_NOTIONAL,
    INSUFFICIENT_MARGIN,
    NO_PRICE,
    OFF_TICK,
    TOO_MANY_ORDERS,
    TOO_SMALL,
)
from alphastrike.domain.ledger import ORDER_SLOTS
from alphastrike.domain.orders import OrderState, OrderType
from tests.builders import an_exchange, an_instrument

LIMIT, STOP, TARGET = OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET


def strict(**settings):
    """An exchange with a smallest quantity of 5 lots and a smallest notional of 10, after one candle."""
    instrument = an_instrument(min_quantity="0.005", min_notional="10")
    return an_exchange(instrument, **settings).quiet(1_000.0)


@pytest.mark.parametrize("kind", [LIMIT, STOP, TARGET])
@pytest.mark.parametrize(
    ("price", "answer"),
    [(1_000.01, ACCEPTED), (1_000.005, OFF_TICK), (0.0, OFF_TICK), (-1.0, OFF_TICK), (np.nan, OFF_TICK)],
)
def test_prices_must_be_on_the_tick(kind, price, answer):
    assert strict().buy(1_000, kind, at=price) == answer


@pytest.mark.parametrize("price", [0.07, 1_234.56, 99_999.99])
def test_binary_dust_does_not_put_a_price_off_the_tick(price):
    exchange = an_exchange().quiet(1_000.0)

    assert exchange.buy(1, LIMIT, at=price) == ACCEPTED


@pytest.mark.parametrize(
    ("lots", "answer"), [(0, TOO_SMALL), (-5, TOO_SMALL), (4, TOO_SMALL), (10, ACCEPTED)]
)
def test_quantities_must_reach_the_smallest_one(lots, answer):
    assert strict().buy(lots) == answer


@pytest.mark.parametrize(("lots", "answer"), [(9, BELOW_MIN_NOTIONAL), (10, ACCEPTED)])
def test_notional_must_reach_the_smallest_one(lots, answer):
    assert strict().buy(lots) == answer


def test_a_limit_order_is_valued_at_its_own_price():
    assert strict().buy(10, LIMIT, at=999.0) == BELOW_MIN_NOTIONAL


def test_reduce_only_orders_may_be_as_small_as_they_like():
    assert strict().sell(1, reduce_only=True) == ACCEPTED


def test_a_reduce_only_order_off_the_tick_is_still_refused():
    assert strict().sell(1, STOP, at=999.999, reduce_only=True) == OFF_TICK


def test_before_the_first_candle_there_is_no_price_to_judge_a_market_order_by():
    exchange = an_exchange()

    assert exchange.buy(1) == NO_PRICE
    assert exchange.words == [(1, OrderState.REJECTED)]


@pytest.mark.parametrize(("lots", "answer"), [(50_000, ACCEPTED), (50_001, INSUFFICIENT_MARGIN)])
def test_equity_must_cover_the_initial_margin_of_the_position_to_be(lots, answer):
    # 10,000 at 5x carry 50,000 of notional.
    assert an_exchange(leverage=5).quiet(1_000.0).buy(lots) == answer


def test_the_lower_of_venue_and_instrument_leverage_counts():
    exchange = an_exchange(an_instrument(tiers=((0, "0.1", 2),)), leverage=20).quiet(1_000.0)

    assert exchange.buy(20_001) == INSUFFICIENT_MARGIN
    assert exchange.buy(20_000) == ACCEPTED


def test_the_leverage_of_the_tier_the_position_would_be_in_counts():
    exchange = an_exchange(an_instrument(tiers=((0, "0.01", 50), (50_000, "0.1", 4))), leverage=20)
    exchange.quiet(1_000.0)

    assert exchange.buy(50_000) == INSUFFICIENT_MARGIN  # 50,000 at 4x need 12,500
    assert exchange.buy(49_999) == ACCEPTED


def test_orders_on_the_book_bind_margin_as_if_they_had_filled():
    exchange = an_exchange(leverage=1).quiet(1_000.0)
    exchange.buy(6_000, LIMIT, at=900.0)

    assert exchange.buy(4_001, LIMIT, at=900.0) == INSUFFICIENT_MARGIN
    assert exchange.sell(10_000, LIMIT, at=1_100.0) == ACCEPTED
    assert exchange.sell(1, LIMIT, at=1_100.0) == INSUFFICIENT_MARGIN


def test_protective_orders_on_the_book_bind_no_margin():
    exchange = an_exchange(leverage=1).quiet(1_000.0)
    exchange.buy(5_000, STOP, at=1_100.0, reduce_only=True)

    assert exchange.buy(10_000) == ACCEPTED


def test_unrealised_profit_counts_as_cover_and_unrealised_loss_does_not():
    exchange = an_exchange(leverage=1).quiet(1_000.0)
    exchange.buy(5_000)

    exchange.quiet(1_000.0).quiet(1_400.0)

    # Equity 12,000, of which 7,000 is bound: 5,000 at 1,400 are 3,571 lots.
    assert exchange.buy(3_572) == INSUFFICIENT_MARGIN
    assert exchange.buy(3_571) == ACCEPTED


def test_margin_is_judged_over_all_symbols():
    exchange = an_exchange(an_instrument(), an_instrument("ETHUSDT"), leverage=1)
    exchange.candle((1_000.0,) * 4, (1_000.0,) * 4)
    exchange.buy(7_000)
    exchange.candle((1_000.0,) * 4, (1_000.0,) * 4)

    assert exchange.buy(3_001, symbol=1) == INSUFFICIENT_MARGIN
    assert exchange.buy(3_000, symbol=1) == ACCEPTED


def test_an_order_that_turns_the_position_needs_margin_only_for_what_is_left():
    exchange = an_exchange(leverage=1).quiet(1_000.0)
    exchange.buy(9_000)
    exchange.quiet(1_000.0)

    assert exchange.sell(18_000) == ACCEPTED
    assert exchange.sell(20_000) == INSUFFICIENT_MARGIN


def test_a_reducing_order_passes_even_without_margin():
    exchange = an_exchange(leverage=1).quiet(1_000.0)
    exchange.buy(10_000)
    exchange.quiet(1_000.0).quiet(500.0)

    assert exchange.sell(10_000, reduce_only=True) == ACCEPTED


def test_there_is_room_for_so_many_orders_a_symbol_and_no_more():
    exchange = an_exchange().quiet(1_000.0)

    answers = [exchange.buy(1, LIMIT, at=900.0) for _ in range(ORDER_SLOTS + 1)]

    assert answers == [ACCEPTED] * ORDER_SLOTS + [TOO_MANY_ORDERS]


def test_a_refused_order_changes_nothing_and_is_reported():
    exchange = strict()

    exchange.buy(1)

    assert exchange.working() == []
    assert exchange.words == [(1, OrderState.REJECTED)]
