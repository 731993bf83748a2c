"""Funding: who pays, when, on what, and on which position."""

import pytest

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.orders import OrderType
from tests.builders import START_MS, an_exchange, an_instrument, funding_rows

FOUR_HOURS = 4 * HOUR_MS
STOP = OrderType.STOP_MARKET


def funded(*rows: tuple[int, float], interval_ms: int = HOUR_MS, **settings):
    """An exchange with funding rows given as (milliseconds after the start, rate)."""
    rates = funding_rows(tuple((START_MS + after, rate) for after, rate in rows))
    return an_exchange(rates=rates, interval_ms=interval_ms, **settings)


def test_funding_due_at_the_open_is_paid_on_the_last_close_by_who_held_before():
    exchange = funded((2 * HOUR_MS + 3, 0.0001)).quiet(100.0)
    exchange.buy(1_000)
    exchange.candle((100.0, 130.0, 100.0, 120.0))

    exchange.candle((150.0, 150.0, 150.0, 150.0))

    assert exchange.payments == [(START_MS + 2 * HOUR_MS + 3, 120.0, pytest.approx(-0.012))]
    assert exchange.wallet == pytest.approx(10_000 - 0.012)


def test_a_position_entered_at_the_open_does_not_pay_what_fell_due_at_it():
    exchange = funded((HOUR_MS, 0.0001)).quiet(100.0)

    exchange.buy(1_000)
    exchange.quiet(100.0)

    assert exchange.payments == []


def test_a_position_left_at_the_open_still_pays_what_fell_due_at_it():
    exchange = funded((2 * HOUR_MS, 0.0001)).quiet(100.0)
    exchange.buy(1_000)
    exchange.quiet(100.0)

    exchange.sell(1_000)
    exchange.quiet(100.0)

    assert len(exchange.payments) == 1
    assert exchange.lots() == 0


def test_a_short_receives_a_positive_rate():
    exchange = funded((2 * HOUR_MS, 0.001)).quiet(100.0)
    exchange.sell(1_000)

    exchange.quiet(100.0).quiet(100.0)

    assert exchange.wallet == pytest.approx(10_000.1)


def test_a_negative_rate_pays_the_long():
    exchange = funded((2 * HOUR_MS, -0.001)).quiet(100.0)
    exchange.buy(1_000)

    exchange.quiet(100.0).quiet(100.0)

    assert exchange.wallet == pytest.approx(10_000.1)


def test_funding_inside_a_candle_falls_on_the_position_after_the_open():
    exchange = funded((FOUR_HOURS + 2 * HOUR_MS, 0.0001), interval_ms=FOUR_HOURS).quiet(100.0)

    exchange.buy(1_000)
    exchange.candle((110.0, 130.0, 100.0, 120.0))

    # At the last close known when it fell due, not at this candle's own.
    assert exchange.payments == [(START_MS + FOUR_HOURS + 2 * HOUR_MS, 100.0, pytest.approx(-0.01))]


def test_funding_inside_a_candle_comes_before_a_stop_that_is_met_in_it():
    exchange = funded((2 * FOUR_HOURS + HOUR_MS, 0.0001), interval_ms=FOUR_HOURS).quiet(100.0)
    exchange.buy(1_000)
    exchange.quiet(100.0)
    exchange.sell(1_000, STOP, at=95.0, reduce_only=True)

    exchange.candle((100.0, 100.0, 90.0, 90.0))

    assert len(exchange.payments) == 1
    assert exchange.lots() == 0


def test_every_row_of_a_changing_schedule_is_paid_once_at_its_own_time():
    due = (8, 16, 20, 24, 25, 26)  # every eight hours, then four, then one
    exchange = funded(*((hour * HOUR_MS, 0.0001 * hour) for hour in due)).quiet(100.0)
    exchange.buy(1_000)

    for _ in range(30):
        exchange.quiet(100.0)

    assert [(at - START_MS) // HOUR_MS for at, _, _ in exchange.payments] == list(due)
    assert [paid for _, _, paid in exchange.payments] == [pytest.approx(-0.01 * hour) for hour in due]


def test_several_rows_in_one_candle_are_all_paid():
    rows = tuple((FOUR_HOURS * 2 + hour * HOUR_MS, 0.0001) for hour in range(4))
    exchange = funded(*rows, interval_ms=FOUR_HOURS).quiet(100.0)
    exchange.buy(1_000)

    exchange.quiet(100.0).quiet(100.0).quiet(100.0)

    assert len(exchange.payments) == 4


def test_rows_from_before_the_first_candle_charge_nobody():
    exchange = funded((-8 * HOUR_MS, 0.5), (-1, 0.5), (0, 0.5)).quiet(100.0)
    exchange.buy(1_000)

    exchange.quiet(100.0).quiet(100.0)

    assert exchange.payments == []
    assert exchange.rates.cursor[0] == 3


def test_without_a_position_nothing_is_exchanged():
    exchange = funded((HOUR_MS, 0.01), (2 * HOUR_MS, 0.01))

    exchange.quiet(100.0).quiet(100.0).quiet(100.0)

    assert exchange.payments == []
    assert exchange.wallet == 10_000.0


def test_funding_is_paid_while_candles_are_missing():
    exchange = funded((2 * HOUR_MS, 0.0001)).quiet(100.0)
    exchange.buy(1_000)
    exchange.quiet(100.0)

    exchange.candle(None)

    assert len(exchange.payments) == 1


def test_funding_inside_a_missing_candle_is_paid_too():
    exchange = funded((2 * FOUR_HOURS + HOUR_MS, 0.0001), interval_ms=FOUR_HOURS).quiet(100.0)
    exchange.buy(1_000)
    exchange.quiet(100.0)

    exchange.candle(None)

    assert exchange.payments == [(START_MS + 2 * FOUR_HOURS + HOUR_MS, 100.0, pytest.approx(-0.01))]


def test_a_row_published_a_little_after_the_hour_belongs_to_that_hour():
    exchange = funded((2 * HOUR_MS + 59_000, 0.0001)).quiet(100.0).quiet(100.0)

    exchange.buy(1_000)
    exchange.quiet(100.0)

    assert exchange.payments == []


def test_each_symbol_has_its_own_rates():
    rates = funding_rows(((START_MS + 2 * HOUR_MS, 0.001),), ((START_MS + 3 * HOUR_MS, 0.002),))
    exchange = an_exchange(an_instrument(), an_instrument("ETHUSDT"), rates=rates)
    flat = ((100.0,) * 4, (50.0,) * 4)
    exchange.candle(*flat)
    exchange.buy(1_000)
    exchange.sell(1_000, symbol=1)

    exchange.candle(*flat).candle(*flat).candle(*flat)

    assert [paid for _, _, paid in exchange.payments] == [pytest.approx(-0.1), pytest.approx(0.1)]


def test_isolated_margin_bears_the_funding_of_its_position():
    exchange = funded((2 * HOUR_MS, 0.01), margin_mode="isolated", leverage=10).quiet(100.0)
    exchange.buy(10_000)

    exchange.quiet(100.0).quiet(100.0)

    assert exchange.venue.positions[0]["isolated_margin"] == pytest.approx(100.0 - 10.0)
    assert exchange.wallet == pytest.approx(9_990.0)
