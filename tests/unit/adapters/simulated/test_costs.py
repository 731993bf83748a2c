"""Fees, spread, slippage and impact: each number worked by hand."""

import pytest

from alphastrike.domain.orders import OrderType
from tests.builders import an_exchange, an_instrument

LIMIT = OrderType.LIMIT


@pytest.mark.parametrize(
    ("settings", "buy", "sell"),
    [
        ({}, 1_000.0, 1_000.0),
        ({"half_spread_bps": 1.0}, 1_000.1, 999.9),
        ({"slippage_bps": 2.0}, 1_000.2, 999.8),
        ({"half_spread_bps": 0.5, "slippage_bps": 1.0}, 1_000.15, 999.85),
        # Half of the volume share is used: half the impact.
        ({"impact_bps": 5.0, "volume_share": 0.2}, 1_000.25, 999.75),
        ({"slippage_bps": 3.0, "impact_bps": 10.0, "volume_share": 0.2}, 1_000.8, 999.2),
    ],
)  # fmt: skip
def test_a_taker_pays_spread_slippage_and_impact_against_the_open(settings, buy, sell):
    candle = (1_000.0, 1_000.0, 1_000.0, 1_000.0, 1.0)

    for side, expected in ((1, buy), (-1, sell)):
        exchange = an_exchange(**settings).candle(candle)
        exchange.send(side, 100 if "volume_share" in settings else 10, OrderType.MARKET)
        exchange.candle(candle)

        assert exchange.prices == [pytest.approx(expected, abs=1e-9)]


def test_the_last_lot_of_the_share_pays_the_whole_impact():
    exchange = an_exchange(impact_bps=10.0, volume_share=0.1).quiet(1_000.0)

    exchange.buy(100)
    exchange.candle((1_000.0, 1_000.0, 1_000.0, 1_000.0, 1.0))

    assert exchange.prices == [1_001.0]


@pytest.mark.parametrize(("side", "expected"), [(1, 1_000.5), (-1, 999.5)])
def test_prices_are_rounded_to_the_tick_against_the_taker(side, expected):
    exchange = an_exchange(an_instrument(tick_size="0.5"), slippage_bps=0.1).quiet(1_000.0)

    exchange.send(side, 1, OrderType.MARKET)
    exchange.quiet(1_000.0)

    assert exchange.prices == [expected]


@pytest.mark.parametrize("price", [0.07, 1.13, 1_234.56, 60_000.01])
def test_without_costs_a_price_on_the_tick_stays_where_it_is(price):
    exchange = an_exchange().quiet(price)

    exchange.buy(1)
    exchange.sell(1)
    exchange.quiet(price)

    assert exchange.prices == [price, price]


def test_a_market_below_its_own_tick_is_sold_off_the_grid_and_not_for_more():
    exchange = an_exchange(an_instrument(tick_size="1"), slippage_bps=500.0).quiet(1.0)

    exchange.sell(1)
    exchange.quiet(1.0)

    assert exchange.prices == [pytest.approx(0.95)]


def test_makers_and_takers_pay_their_own_rate_on_notional():
    instrument = an_instrument(maker_fee_rate="0.0002", taker_fee_rate="0.0005")
    exchange = an_exchange(instrument).quiet(1_000.0)

    exchange.buy(2_000)
    exchange.quiet(1_000.0)
    exchange.sell(2_000, LIMIT, at=1_100.0)
    exchange.quiet(1_000.0).candle((1_000.0, 1_200.0, 1_000.0, 1_000.0))

    assert [fill.fee for fill in exchange.fills] == [pytest.approx(1.0), pytest.approx(0.44)]
    assert exchange.wallet == pytest.approx(10_000 + 200 - 1.44)


def test_a_maker_rebate_is_paid_out():
    exchange = an_exchange(an_instrument(maker_fee_rate="-0.0001")).quiet(1_000.0)

    exchange.buy(1_000, LIMIT, at=900.0)
    exchange.quiet(1_000.0).candle((1_000.0, 1_000.0, 800.0, 900.0))

    assert exchange.wallet == pytest.approx(10_000.09)


def test_slippage_is_recorded_against_the_price_before_all_costs():
    exchange = an_exchange(slippage_bps=10.0).quiet(1_000.0)

    exchange.buy(2_000)
    exchange.sell(500)
    exchange.quiet(1_000.0)

    recorded = exchange.venue.fills[:2]["slippage"]
    assert recorded.tolist() == [pytest.approx(2.0), pytest.approx(0.5)]
    assert exchange.venue.account[0]["slippage"] == pytest.approx(2.5)


def test_makers_pay_neither_spread_nor_slippage():
    exchange = an_exchange(half_spread_bps=10.0, slippage_bps=10.0, impact_bps=10.0).quiet(1_000.0)

    exchange.buy(1, LIMIT, at=950.0)
    exchange.quiet(1_000.0).candle((1_000.0, 1_000.0, 900.0, 950.0))

    assert exchange.prices == [950.0]
    assert exchange.venue.fills[0]["slippage"] == 0.0
