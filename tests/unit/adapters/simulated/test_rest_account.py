"""Requests to the simulated venue about the account, with numbers worked by hand."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from alphastrike.adapters.simulated.adapter import plugin
from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.domain.account import MarginMode
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.errors import VenueRejected
from alphastrike.domain.funding import FundingHistory
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.orders import OrderState, OrderType, Side, UnifiedOrder

T0 = 400_000 * HOUR_MS
ALL_TIME = (0, 2**62)
FREE = {
    "tick_size": 0.01,
    "quantity_step": 0.01,
    "maker_fee_rate": 0.0,
    "taker_fee_rate": 0.0,
    "half_spread_bps": 0.0,
    "slippage_bps": 0.0,
    "impact_bps": 0.0,
    "leverage": 10,
}
BTC, ETH = "BTCUSDT", "ETHUSDT"


def a_history(btc, eth=None):
    """Hourly candles of two symbols; each candle opens at the close before."""
    close = np.array([btc, [50.0] * len(btc) if eth is None else eth], dtype=float)
    opened = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    return CandleHistory(
        symbols=(BTC, ETH),
        interval_ms=HOUR_MS,
        open_time_ms=T0 + np.arange(close.shape[1], dtype=np.int64) * HOUR_MS,
        open=opened,
        high=np.maximum(opened, close),
        low=np.minimum(opened, close),
        close=close,
        volume=np.full(close.shape, 1e6),
        taker_buy_volume=np.full(close.shape, np.nan),
    )


async def a_venue(btc, eth=None, *, lived=1, funding=(), equity=1_000.0, **terms):
    history = a_history(btc, eth)
    due = FundingHistory(
        symbols=(BTC, ETH),
        ts_ms=np.array([T0 + ms for ms, _ in funding], dtype=np.int64),
        rate=np.array([rate for _, rate in funding], dtype=float),
        offsets=np.array([0, len(funding), len(funding)], dtype=np.int64),
    )
    config = SimulatedVenueConfig(**{**FREE, **terms})
    found = plugin.build(config, history, due, initial_equity=equity, run_id="run")
    await found.connect()
    for _ in range(lived):
        await found.advance()
    return found


def an_order(quantity, symbol=BTC, side=Side.BUY, **changes):
    name = f"{symbol}-{side.name}-{quantity}"
    return replace(UnifiedOrder(symbol, side, OrderType.MARKET, Decimal(quantity), name), **changes)


async def hold(venue, *orders):
    for order in orders:
        await venue.rest.place_order(order)
    await venue.advance()


async def test_an_account_of_nothing_has_no_balance():
    venue = await a_venue([100.0], equity=0.0)

    assert await venue.rest.get_balances() == []


async def test_available_is_equity_less_initial_margin():
    venue = await a_venue([100.0, 110.0])

    await hold(venue, an_order("2"))
    balance = (await venue.rest.get_balances())[0]

    # 2 bought at 100 are worth 220: profit 20, initial margin 220 / 10 = 22
    assert (balance.asset, balance.wallet, balance.unrealized_pnl) == ("USDT", 1_000, 20)
    assert balance.available == 998


async def test_a_position_is_the_sum_of_its_fills_with_its_average_entry():
    venue = await a_venue([100.0, 110.0, 104.0], lived=1)
    await hold(venue, an_order("2"))
    await hold(venue, an_order("1"))

    position = (await venue.rest.get_positions(BTC))[0]

    # (2 x 100 + 1 x 110) / 3 = 103.333...; profit 3 x (104 - 103.333...) = 2
    assert position.quantity == 3
    assert float(position.entry_price) == pytest.approx(310 / 3)
    assert float(position.unrealized_pnl) == pytest.approx(2.0)
    assert (position.margin_mode, position.leverage, position.isolated_margin) == (MarginMode.CROSS, 10, None)


async def test_an_isolated_long_is_liquidated_where_its_own_margin_is_gone():
    venue = await a_venue([100.0, 100.0], margin_mode="isolated")

    await hold(venue, an_order("1"))
    position = (await venue.rest.get_positions())[0]

    # margin 10; 10 + (p - 100) = 0.01 p, so p = 90 / 0.99
    assert (position.isolated_margin, position.margin_mode) == (10, MarginMode.ISOLATED)
    assert float(position.liquidation_price) == pytest.approx(90 / 0.99, rel=1e-12)


async def test_a_cross_short_is_backed_by_the_wallet_and_by_what_others_can_spare():
    venue = await a_venue([100.0, 100.0], [50.0, 40.0], equity=200.0, leverage=20)

    await hold(venue, an_order("10", side=Side.SELL), an_order("4", ETH))
    short, long = await venue.rest.get_positions()

    # the long lost 40 and must keep 4 x 40 x 0.01 = 1.6, so 158.4 backs the short:
    # 158.4 - 10 (p - 100) = 0.1 p, so p = 1158.4 / 10.1
    assert (short.quantity, long.quantity) == (-10, 4)
    assert float(short.liquidation_price) == pytest.approx(1158.4 / 10.1, rel=1e-12)
    # the short has no profit and must keep 10: 190 + 4 (p - 50) = 0.04 p, so p = 10 / 3.96
    assert float(long.liquidation_price) == pytest.approx(10 / 3.96, rel=1e-12)


async def test_a_long_that_no_price_can_ruin_has_no_liquidation_price():
    venue = await a_venue([100.0, 100.0])

    await hold(venue, an_order("1"))

    assert (await venue.rest.get_positions())[0].liquidation_price is None


async def test_a_liquidation_closes_the_position_and_cancels_its_orders():
    venue = await a_venue([100.0, 100.0, 80.0], margin_mode="isolated")
    fills = venue.websocket.fills()
    await hold(venue, an_order("1"))
    resting = an_order("1", client_order_id="rests", order_type=OrderType.LIMIT, price=Decimal(60))
    await venue.rest.place_order(resting)

    await venue.advance()
    opened, closed = await anext(fills), await anext(fills)

    assert (opened.is_liquidation, closed.is_liquidation) == (False, True)
    assert (closed.side, closed.quantity, closed.client_order_id) == (Side.SELL, 1, "")
    assert await venue.rest.get_positions() == []
    assert (await venue.rest.get_order(BTC, "rests")).state is OrderState.CANCELED


async def test_funding_is_paid_on_the_close_before_it_falls_due():
    funding = [(2 * HOUR_MS + 4, 0.001), (3 * HOUR_MS + 1, -0.002), (5 * HOUR_MS, 0.5)]
    venue = await a_venue([100.0, 110.0, 120.0, 130.0, 140.0], funding=funding)
    await hold(venue, an_order("2"))

    wallets = []
    for _ in range(3):
        await venue.advance()
        wallets.append(float((await venue.rest.get_balances())[0].wallet))
    settled = await venue.rest.get_funding_rates(BTC, *ALL_TIME)

    # 2 x 110 x 0.001 = 0.22 paid, then 2 x 120 x 0.002 = 0.48 received
    assert wallets == pytest.approx([999.78, 1000.26, 1000.26], rel=1e-12)
    assert [(rate.rate, rate.mark_price) for rate in settled] == [(0.001, 110), (-0.002, 120)]
    assert [rate.funding_time_ms for rate in settled] == [T0 + 2 * HOUR_MS + 4, T0 + 3 * HOUR_MS + 1]
    assert [rate.interval_ms for rate in settled] == [HOUR_MS, HOUR_MS]
    assert await venue.rest.get_funding_rates(ETH, *ALL_TIME) == []


async def test_a_lone_rate_before_the_first_candle_has_neither_interval_nor_price():
    venue = await a_venue([100.0], funding=[(-HOUR_MS, 0.001)])

    (rate,) = await venue.rest.get_funding_rates(BTC, *ALL_TIME)

    assert (rate.interval_ms, rate.mark_price) == (0, None)


async def test_leverage_is_one_setting_of_the_account():
    venue = await a_venue([100.0, 100.0])

    await venue.rest.set_leverage(ETH, 4)
    await hold(venue, an_order("1"))

    assert (await venue.rest.get_positions(BTC))[0].leverage == 4
    assert (await venue.rest.get_balances())[0].available == 975


async def test_leverage_that_the_positions_could_not_be_margined_with_is_refused():
    venue = await a_venue([100.0, 100.0])
    await hold(venue, an_order("50"))

    await venue.rest.set_leverage(BTC, 5)
    with pytest.raises(VenueRejected, match=r"asks for 1250\.0+ of initial margin.* equity 1000\.0+"):
        await venue.rest.set_leverage(BTC, 4)

    assert (await venue.rest.get_positions(BTC))[0].leverage == 5


async def test_leverage_is_not_lowered_under_an_isolated_position():
    venue = await a_venue([100.0, 100.0], margin_mode="isolated")
    await hold(venue, an_order("1"))

    with pytest.raises(VenueRejected, match="observed 9 with isolated positions open, allowed at least"):
        await venue.rest.set_leverage(BTC, 9)

    assert await venue.rest.set_leverage(BTC, 11) is True


async def test_margin_mode_waits_for_every_symbol_to_be_flat():
    venue = await a_venue([100.0, 100.0, 100.0])
    await hold(venue, an_order("1"))

    same = await venue.rest.set_margin_mode(BTC, MarginMode.CROSS)
    with pytest.raises(VenueRejected, match="observed isolated with a position open"):
        await venue.rest.set_margin_mode(ETH, MarginMode.ISOLATED)
    await hold(venue, an_order("1", side=Side.SELL))

    assert same is True
    assert await venue.rest.set_margin_mode(ETH, MarginMode.ISOLATED) is True
