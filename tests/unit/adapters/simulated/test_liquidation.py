"""Where positions are liquidated, at what price, and what is left."""

import pytest

from alphastrike.domain.orders import OrderState, OrderType
from tests.builders import BINANCE_TIERS, START_MS, an_exchange, an_instrument

STOP = OrderType.STOP_MARKET
HOUR_MS = 3_600_000


def isolated(lots: int, price: float, *, leverage: int = 10, equity: float = 1_000_000.0, **rules):
    """An exchange one candle after an isolated position of `lots` was opened at `price`."""
    instrument = an_instrument(**({"tiers": BINANCE_TIERS} | rules))
    exchange = an_exchange(instrument, equity=equity, margin_mode="isolated", leverage=leverage)
    exchange.quiet(price)
    exchange.send(1 if lots > 0 else -1, abs(lots), OrderType.MARKET)
    return exchange.quiet(price)


def crossed(lots: int, price: float, *, equity: float, **rules):
    """An exchange one candle after a cross-margin position of `lots` was opened at `price`."""
    instrument = an_instrument(**({"tiers": BINANCE_TIERS} | rules))
    exchange = an_exchange(instrument, equity=equity, leverage=125).quiet(price)
    exchange.send(1 if lots > 0 else -1, abs(lots), OrderType.MARKET)
    return exchange.quiet(price)


def test_an_isolated_long_is_liquidated_where_the_published_example_says():
    exchange = isolated(2_000, 60_000.0)
    assert exchange.venue.positions[0]["isolated_margin"] == 12_000.0

    exchange.candle((60_000.0, 60_000.0, 54_200.0, 55_000.0))

    fill = exchange.fills[-1]
    assert fill.is_liquidation
    assert (fill.side, fill.lots) == (-1, 2_000)
    assert fill.price == 54_246.23  # 54,246.2311 on the tick, against us
    assert exchange.lots() == 0


def test_a_candle_that_stays_above_the_liquidation_price_leaves_the_position():
    exchange = isolated(2_000, 60_000.0)

    exchange.candle((60_000.0, 60_000.0, 54_246.24, 55_000.0))

    assert exchange.lots() == 2_000


@pytest.mark.parametrize("side", [1, -1])
def test_a_position_of_a_single_lot_is_liquidated_too(side):
    exchange = isolated(side, 60_000.0)

    exchange.candle((60_000.0, 90_000.0, 30_000.0, 60_000.0))

    assert exchange.fills[-1].is_liquidation
    assert exchange.lots() == 0


@pytest.mark.parametrize(("price", "held"), [(80.01, 1_000), (80.0, 0)])
def test_equity_equal_to_the_maintenance_margin_is_too_little(price, held):
    # One coin from 100 with 60 behind it, half of the notional asked for: 60 - 20 = 40 = 80 / 2.
    exchange = an_exchange(an_instrument(tiers=((0, "0.5", 2),)), equity=60.0).quiet(100.0)
    exchange.buy(1_000)

    exchange.quiet(100.0).quiet(price)

    assert exchange.lots() == held


def test_a_short_is_liquidated_in_the_tier_it_grows_into():
    exchange = isolated(-9_500, 60_000.0, leverage=5)

    exchange.candle((60_000.0, 71_634.0, 60_000.0, 70_000.0))
    assert exchange.lots() == -9_500
    exchange.candle((70_000.0, 71_640.0, 70_000.0, 70_000.0))

    assert exchange.fills[-1].price == pytest.approx(71_634.38, abs=0.011)


def test_a_gap_over_the_liquidation_price_fills_at_the_open():
    exchange = isolated(2_000, 60_000.0)

    exchange.candle((54_100.0, 54_500.0, 54_100.0, 54_500.0))

    fill = exchange.fills[-1]
    assert (fill.price, fill.ts_ms) == (54_100.0, START_MS + 2 * HOUR_MS)
    assert fill.is_liquidation


def test_a_gap_over_the_bankruptcy_price_loses_the_isolated_margin_and_no_more():
    exchange = isolated(2_000, 60_000.0, liquidation_fee_rate="0.0125")

    exchange.candle((30_000.0, 30_000.0, 30_000.0, 30_000.0))

    fill = exchange.fills[-1]
    assert (fill.price, fill.fee) == (54_000.0, 0.0)
    assert exchange.wallet == 1_000_000.0 - 12_000.0


def test_the_liquidation_fee_takes_what_is_left_at_most():
    exchange = isolated(2_000, 60_000.0, liquidation_fee_rate="0.0125")

    exchange.candle((60_000.0, 60_000.0, 50_000.0, 50_000.0))

    # 246.23 a coin are left of the margin; the fee would be 1.25 % of 108,492.
    assert exchange.fills[-1].fee == pytest.approx(492.46, abs=0.01)
    assert exchange.wallet == pytest.approx(1_000_000.0 - 12_000.0, abs=1e-6)


def test_the_liquidation_fee_is_its_rate_on_notional_where_enough_is_left():
    exchange = isolated(2_000, 60_000.0, liquidation_fee_rate="0.001")

    exchange.candle((60_000.0, 60_000.0, 50_000.0, 50_000.0))

    assert exchange.fills[-1].fee == pytest.approx(2 * 54_246.23 * 0.001, abs=1e-6)


def test_liquidation_pays_spread_and_slippage_like_any_taker():
    instrument = an_instrument(tiers=BINANCE_TIERS)
    exchange = an_exchange(
        instrument, equity=1e6, margin_mode="isolated", leverage=10, slippage_bps=1.0
    ).quiet(60_000.0)
    exchange.buy(2_000)
    exchange.quiet(60_000.0)

    exchange.candle((60_000.0, 60_000.0, 50_000.0, 50_000.0))

    entry = 60_006.0
    margin = 2 * entry / 10
    level = (margin + 50 - 2 * entry) / (2 * 0.005 - 2)
    price = exchange.fills[-1].price
    assert price == pytest.approx(level * (1 - 1e-4), abs=0.011)
    assert exchange.venue.fills[exchange.venue.used[0] - 1]["slippage"] == pytest.approx(2 * (level - price))


@pytest.mark.parametrize("side", [1, -1])
def test_however_thin_the_market_a_liquidation_loses_the_margin_and_no_more(side):
    exchange = an_exchange(
        an_instrument(tiers=BINANCE_TIERS), equity=1e6, margin_mode="isolated", leverage=10, impact_bps=50.0
    ).quiet(60_000.0)
    exchange.send(side, 2_000, OrderType.MARKET)
    exchange.quiet(60_000.0)
    margin = float(exchange.venue.positions[0]["isolated_margin"])
    before = exchange.wallet

    exchange.candle((60_000.0, 90_000.0, 30_000.0, 60_000.0, 0.005))

    assert exchange.fills[-1].is_liquidation
    assert exchange.wallet == pytest.approx(before - margin, abs=1e-6)


def test_in_cross_margin_the_whole_wallet_backs_the_position():
    exchange = crossed(1_000, 60_000.0, equity=17_700.0)

    exchange.candle((60_000.0, 60_000.0, 42_469.89, 50_000.0))
    assert exchange.lots() == 1_000
    exchange.candle((50_000.0, 50_000.0, 42_469.87, 50_000.0))

    assert exchange.fills[-1].price == pytest.approx(42_469.88, abs=0.011)


def test_cross_margin_sets_the_other_positions_loss_and_maintenance_aside():
    instruments = (an_instrument(tiers=BINANCE_TIERS), an_instrument("ETHUSDT", tiers=((0, "0.04", 125),)))
    exchange = an_exchange(*instruments, equity=20_000.0, leverage=125)
    exchange.candle((60_000.0,) * 4, (2_150.0,) * 4)
    exchange.buy(1_000)
    exchange.buy(10_000, symbol=1)
    exchange.candle((60_000.0,) * 4, (2_150.0,) * 4)
    # The other loses 1,500 and needs 800: this one is left with 17,700.
    exchange.candle((60_000.0,) * 4, (2_000.0,) * 4)

    exchange.candle((60_000.0, 60_000.0, 42_469.89, 60_000.0), (2_000.0,) * 4)
    assert exchange.lots() == 1_000
    exchange.candle((60_000.0, 60_000.0, 42_469.80, 60_000.0), (2_000.0,) * 4)

    assert exchange.fills[-1].is_liquidation
    assert exchange.fills[-1].price == pytest.approx(42_469.88, abs=0.011)
    assert exchange.lots(1) == 10_000


def test_isolated_positions_do_not_touch_each_other():
    instruments = (an_instrument(tiers=BINANCE_TIERS), an_instrument("ETHUSDT"))
    exchange = an_exchange(*instruments, equity=1e6, margin_mode="isolated", leverage=10)
    exchange.candle((60_000.0,) * 4, (2_000.0,) * 4)
    exchange.buy(2_000)
    exchange.buy(10_000, symbol=1)
    exchange.candle((60_000.0,) * 4, (2_000.0,) * 4)

    exchange.candle((60_000.0,) * 4, (2_000.0, 2_000.0, 1_000.0, 1_000.0))

    assert (exchange.lots(0), exchange.lots(1)) == (2_000, 0)
    assert exchange.venue.positions[0]["isolated_margin"] == 12_000.0


def test_a_fully_paid_long_is_never_liquidated():
    exchange = crossed(1_000, 100.0, equity=100.0)

    exchange.candle((100.0, 100.0, 0.01, 0.01))

    assert exchange.lots() == 1_000


def test_a_stop_nearer_than_the_liquidation_price_saves_the_position():
    exchange = isolated(2_000, 60_000.0)
    exchange.sell(2_000, STOP, at=56_000.0, reduce_only=True)
    exchange.quiet(60_000.0)

    exchange.candle((60_000.0, 60_000.0, 50_000.0, 50_000.0))

    assert exchange.prices[-1] == 56_000.0
    assert not exchange.fills[-1].is_liquidation


def test_at_one_price_liquidation_comes_before_a_stop():
    # As above: 80 is exactly the liquidation price.
    exchange = an_exchange(an_instrument(tiers=((0, "0.5", 2),)), equity=60.0).quiet(100.0)
    exchange.buy(1_000)
    exchange.sell(1_000, STOP, at=80.0, reduce_only=True)

    exchange.quiet(100.0).candle((100.0, 100.0, 79.0, 90.0))

    assert [fill.is_liquidation for fill in exchange.fills] == [False, True]


def test_liquidation_comes_before_a_stop_behind_it_and_takes_the_orders_away():
    exchange = isolated(2_000, 60_000.0)
    exchange.sell(2_000, STOP, at=54_100.0, reduce_only=True)
    exchange.buy(1, OrderType.LIMIT, at=50_000.0)
    exchange.quiet(60_000.0)

    exchange.candle((60_000.0, 60_000.0, 49_000.0, 50_000.0))

    assert [fill.is_liquidation for fill in exchange.fills] == [False, True]
    assert exchange.words == [(3, OrderState.CANCELED), (2, OrderState.CANCELED)]
    assert exchange.working() == []


def test_liquidation_is_counted_and_ends_the_trip():
    exchange = isolated(2_000, 60_000.0)

    exchange.candle((60_000.0, 60_000.0, 50_000.0, 50_000.0))

    account = exchange.venue.account[0]
    assert (account["liquidations"], account["trades"]) == (1, 1)
    assert exchange.venue.positions[0]["isolated_margin"] == 0.0


def test_isolated_margin_grows_and_shrinks_with_the_position():
    exchange = isolated(1_000, 60_000.0)
    exchange.buy(1_000)
    exchange.quiet(66_000.0)
    assert exchange.venue.positions[0]["isolated_margin"] == pytest.approx(6_000 + 6_600)

    exchange.sell(500, reduce_only=True)
    exchange.quiet(66_000.0)

    assert exchange.venue.positions[0]["isolated_margin"] == pytest.approx(12_600 * 0.75)


def test_a_flip_leaves_the_isolated_margin_of_the_new_position_alone():
    exchange = isolated(1_000, 60_000.0)

    exchange.sell(3_000)
    exchange.quiet(66_000.0)

    assert exchange.lots() == -2_000
    assert exchange.venue.positions[0]["isolated_margin"] == pytest.approx(2 * 66_000.0 / 10)


def test_isolated_margin_respects_the_leverage_the_instrument_allows():
    # At 50x the margin of 2 % would be below this instrument's maintenance of 5 % from the start.
    exchange = isolated(1_000, 60_000.0, leverage=50, tiers=((0, "0.05", 10),))

    assert exchange.venue.positions[0]["isolated_margin"] == 6_000.0
    exchange.candle((60_000.0, 60_000.0, 59_000.0, 60_000.0))
    assert exchange.lots() == 1_000


def test_isolated_margin_respects_the_leverage_of_the_tier_the_position_is_in():
    exchange = isolated(1_000, 60_000.0, leverage=50, tiers=((0, "0.01", 50), (50_000, "0.05", 10)))

    assert exchange.venue.positions[0]["isolated_margin"] == 6_000.0


def test_funding_brings_the_liquidation_price_nearer():
    exchange = isolated(2_000, 60_000.0)
    exchange.venue.positions[0]["isolated_margin"] -= 360.0  # thirty payments of 12

    exchange.candle((60_000.0, 60_000.0, 54_427.0, 60_000.0))

    assert exchange.fills[-1].price == pytest.approx(54_427.14, abs=0.011)


def test_after_a_liquidation_equity_is_not_negative():
    exchange = crossed(-1_000, 100.0, equity=2.0, liquidation_fee_rate="0.0125")

    exchange.candle((500.0, 500.0, 500.0, 500.0))

    assert exchange.lots() == 0
    assert exchange.wallet == pytest.approx(0.0, abs=1e-9)
