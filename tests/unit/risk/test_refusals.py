"""Every "no" of stage 7 with what was observed and what is allowed; reducing is never refused."""

import math

import numpy as np
import pytest

from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code, Reason
from alphastrike.domain.risk_states import RiskState
from tests.builders import an_instrument, an_order
from tests.desks import a_trader

NAN = math.nan
THREE = (an_instrument("AUSDT"), an_instrument("BUSDT"), an_instrument("CUSDT"))


def judged(trader, forecast: float = 1.0, symbol: int = 0, **terms) -> tuple[Code, float, float]:
    """Code, observed and limit of a judgement."""
    decision = trader.decision(forecast, symbol, **terms)
    return Code(int(decision["code"])), float(decision["observed"]), float(decision["limit"])


def at_leverage(trader, leverage: float, *marks: float):
    """The trader marked, at exactly this leverage."""
    trader.marked(*marks)
    trader.desk.state[0]["leverage"] = leverage
    return trader


@pytest.mark.parametrize("equity", [0.0, -5.0, NAN])
def test_without_equity_nothing_is_opened(equity):
    trader = at_leverage(a_trader(), 5.0, 100.0)
    trader.desk.account[0]["equity"] = equity

    code, observed, limit = judged(trader)

    assert (code, limit) == (Code.NO_EQUITY, 0.0)
    assert observed == equity or math.isnan(equity)


def test_raw_leverage_below_a_half_opens_nothing():
    trader = a_trader()
    trader.desk.account[0]["equity_peak"] = 12_000.0
    trader.marked(100.0, volatility=0.05)

    assert judged(trader) == (Code.REDUCE_ONLY, pytest.approx(5 * 0.4 * 0.3 * 0.6), 0.5)


@pytest.mark.parametrize("atr", [NAN, 0.0, -0.01])
def test_without_a_stop_distance_nothing_is_opened(atr):
    trader = at_leverage(a_trader(), 5.0, 100.0)

    code, _, limit = judged(trader, atr=atr)

    assert code is Code.NO_STOP_DISTANCE
    assert limit == 0.0001  # one tick


def test_unknown_volatility_of_the_bar_is_not_replaced_by_the_spread():
    trader = at_leverage(a_trader(half_spread_bps=50.0), 5.0, 100.0)

    assert judged(trader, atr=NAN)[0] is Code.NO_STOP_DISTANCE


def test_a_stop_nearer_than_a_tick_is_no_stop():
    trader = at_leverage(a_trader(an_instrument(tick_size="1")), 5.0, 100.0)

    assert judged(trader, atr=0.005) == (Code.NO_STOP_DISTANCE, pytest.approx(0.0075), 0.01)
    assert judged(trader, atr=0.01)[0] is Code.ORDERED


def test_a_stop_below_zero_is_no_stop():
    trader = at_leverage(a_trader(), 5.0, 100.0)

    assert judged(trader, atr=0.7) == (Code.NO_STOP_DISTANCE, pytest.approx(1.05), 1.0)


@pytest.mark.parametrize("mark", [0.0, NAN, -1.0])
def test_without_a_price_nothing_is_opened(mark):
    trader = a_trader()
    trader.marked(mark)

    assert judged(trader)[0] is Code.NO_CANDLE


@pytest.mark.parametrize(("forecast", "conviction"), [(NAN, 100.0), (1.0, NAN), (1.0, -1.0), (1.5, 100.0)])
def test_a_forecast_that_is_no_number_is_no_forecast(forecast, conviction):
    trader = at_leverage(a_trader(), 5.0, 100.0)

    assert judged(trader, forecast, conviction=conviction)[0] is Code.NO_FORECAST
    assert trader.intent()["acts"] == 0


def test_an_earlier_halt_stands_with_its_numbers():
    trader = at_leverage(a_trader(), 5.0, 100.0)

    assert judged(trader, halt=(Code.GAP, 3.0, 1.0)) == (Code.GAP, 3.0, 1.0)
    assert trader.intent()["acts"] == 0


def test_a_forecast_of_nothing_holds():
    trader = at_leverage(a_trader(), 5.0, 100.0)

    assert judged(trader, 0.0)[0] is Code.HOLD


def test_positions_of_other_symbols_count_against_their_number():
    trader = at_leverage(a_trader(*THREE, max_positions=2), 5.0, 100.0, 100.0, 100.0)
    trader.hold(1_000, 100.0, symbol=1)
    trader.hold(-1_000, 100.0, symbol=2)

    assert judged(trader) == (Code.MAX_POSITIONS, 3.0, 2.0)


def test_an_entry_on_its_way_counts_as_a_position():
    trader = at_leverage(a_trader(*THREE, max_positions=1), 5.0, 100.0, 100.0, 100.0)
    trader.work(an_order(1, 1_000), symbol=2)

    assert judged(trader) == (Code.MAX_POSITIONS, 2.0, 1.0)


def test_a_full_symbol_budget_is_refused_with_what_was_wanted():
    trader = at_leverage(a_trader(an_instrument(min_notional="5")), 0.001, 100.0)

    # 3,333.33 wanted against 0.35 x 0.001 x 10,000.
    assert judged(trader) == (Code.SYMBOL_EXPOSURE, pytest.approx(3_333.333, abs=0.01), pytest.approx(3.5))


def test_full_gross_exposure_is_refused():
    instrument = an_instrument("BUSDT", min_notional="5")
    trader = a_trader(an_instrument(min_notional="5"), instrument, net_exposure=1.0)
    trader.hold(-200_000, 100.0, symbol=1)
    at_leverage(trader, 2.0, 100.0, 100.0)

    code, observed, limit = judged(trader)

    assert (code, limit) == (Code.GROSS_EXPOSURE, 20_000.0)
    assert observed == pytest.approx(20_000 + 3_333.333, abs=0.01)


def test_full_net_exposure_is_refused_on_its_side_only():
    instrument = an_instrument("BUSDT", min_notional="5")
    trader = a_trader(an_instrument(min_notional="5"), instrument)
    trader.hold(140_000, 100.0, symbol=1)
    at_leverage(trader, 2.0, 100.0, 100.0)

    assert judged(trader) == (Code.NET_EXPOSURE, pytest.approx(17_333.333, abs=0.01), pytest.approx(14_000.0))
    assert judged(trader, -1.0)[0] is Code.ORDERED


def test_bound_initial_margin_is_refused():
    instrument = an_instrument("BUSDT", min_notional="5", tiers=((0, "0.1", 2),))
    trader = a_trader(an_instrument(min_notional="5"), instrument, net_exposure=1.0)
    trader.hold(100_000, 100.0, symbol=1)  # at 2x: binds half of the equity
    at_leverage(trader, 5.0, 100.0, 100.0)

    code, observed, limit = judged(trader)

    assert (code, limit) == (Code.INITIAL_MARGIN, 0.5 * 10_000 * 20)
    assert observed == pytest.approx(100_000 + 3_333.333, abs=0.01)


def test_a_position_below_the_smallest_order_is_refused():
    trader = at_leverage(a_trader(an_instrument(min_notional="4000")), 5.0, 100.0)

    assert judged(trader) == (Code.MIN_NOTIONAL, pytest.approx(3_333.3), 4_000.0)


def test_a_position_of_fewer_lots_than_the_smallest_order_is_refused():
    trader = at_leverage(a_trader(an_instrument(min_quantity="50")), 5.0, 100.0)

    assert judged(trader)[0] is Code.MIN_NOTIONAL


def test_an_entry_on_its_way_is_not_repeated():
    trader = at_leverage(a_trader(), 5.0, 100.0)
    trader.work(an_order(1, 1_000))

    assert judged(trader)[0] is Code.ORDER_PENDING
    assert judged(trader, -1.0)[0] is Code.ORDER_PENDING
    assert trader.intent()["acts"] == 0


# The worst case of working orders:


@pytest.mark.parametrize("side", [1, -1])
def test_a_working_entry_uses_up_gross_exposure(side):
    instrument = an_instrument("BUSDT", min_notional="5")
    trader = a_trader(an_instrument(min_notional="5"), instrument, net_exposure=1.0)
    at_leverage(trader, 2.0, 100.0, 100.0)
    trader.work(an_order(side, 199_990), symbol=1)

    code, _, _ = judged(trader, -side)

    assert code is Code.GROSS_EXPOSURE


def test_a_flip_on_its_way_counts_at_the_larger_of_both_sides_in_gross():
    instrument = an_instrument("BUSDT", min_notional="5")
    trader = a_trader(an_instrument(min_notional="5"), instrument, net_exposure=1.0)
    trader.hold(199_990, 100.0, symbol=1)
    at_leverage(trader, 2.0, 100.0, 100.0)
    trader.work(an_order(-1, 250_000), symbol=1)

    assert judged(trader)[0] is Code.GROSS_EXPOSURE


def test_a_flip_on_its_way_makes_no_room_in_net_until_it_has_happened():
    trader = a_trader(an_instrument(min_notional="5"), an_instrument("BUSDT"))
    trader.hold(140_000, 100.0, symbol=1)
    at_leverage(trader, 2.0, 100.0, 100.0)
    trader.work(an_order(-1, 280_000), symbol=1)

    assert judged(trader, 1.0)[0] is Code.NET_EXPOSURE
    assert judged(trader, -1.0)[0] is Code.NET_EXPOSURE


def test_what_is_already_filled_of_an_order_is_not_counted_twice():
    trader = a_trader(an_instrument(), an_instrument("BUSDT"), risk_per_trade=0.1, stop_atr=0.2)
    trader.hold(60_000, 100.0, symbol=1)
    order = an_order(1, 100_000)
    order["filled_lots"] = 60_000
    trader.work(order, symbol=1)
    at_leverage(trader, 2.0, 100.0, 100.0)

    trader.decision(1.0)

    # Net 14,000 less the 10,000 the other will hold.
    assert trader.intent()["target_lots"] == 40_000


def test_protective_orders_are_no_exposure():
    trader = a_trader(an_instrument(), an_instrument("BUSDT"), max_positions=1)
    trader.work(an_order(-1, 500_000, OrderType.STOP_MARKET, at=90.0, reduce_only=True), symbol=1)
    at_leverage(trader, 2.0, 100.0, 100.0)

    assert judged(trader)[0] is Code.ORDERED


# Reducing is never refused:


def holding(lots: int = 10_000, **terms):
    """A trader with a protected position at 100 and leverage 5."""
    trader = a_trader(**terms)
    trader.hold(lots, 100.0)
    side = -1 if lots > 0 else 1
    trader.work(an_order(side, abs(lots), OrderType.STOP_MARKET, at=100.0 + side * 5, reduce_only=True))
    return at_leverage(trader, 5.0, 100.0)


@pytest.mark.parametrize("lots", [10_000, -10_000])
@pytest.mark.parametrize("trouble", ["no equity", "reduce only", "no stop distance", "no room"])
def test_a_turn_that_may_not_open_the_other_side_still_closes_this_one(lots, trouble):
    trader = holding(lots)
    if trouble == "no equity":
        trader.desk.account[0]["equity"] = -1.0
    if trouble == "reduce only":
        trader.desk.breaker[0]["state"] = RiskState.REDUCE_ONLY
    if trouble == "no room":
        trader.desk.rules[0]["max_positions"] = 0

    decision = trader.decision(-np.sign(lots), atr=NAN if trouble == "no stop distance" else 0.01)

    assert decision["code"] == Code.ORDERED
    assert (trader.intent()["acts"], trader.intent()["target_lots"]) == (1, 0)
    assert trader.intent()["reason"] == Reason.SIGNAL_EXIT


@pytest.mark.parametrize("lots", [10_000, -10_000])
def test_a_turn_with_room_goes_straight_to_the_other_side(lots):
    trader = holding(lots)

    trader.decision(-np.sign(lots))

    assert trader.intent()["target_lots"] == -np.sign(lots) * 33_333
    assert trader.intent()["reason"] == Reason.FLIP


def test_a_forecast_on_the_side_of_the_position_holds_it():
    assert judged(holding(), 0.1)[0] is Code.HOLD


def test_a_halted_symbol_keeps_its_position():
    trader = holding()

    assert judged(trader, 0.0, halt=(Code.STALE, 2.0, 1.0))[0] is Code.STALE
    assert trader.intent()["acts"] == 0


@pytest.mark.parametrize("halt", [(0, 0.0, 0.0), (Code.GAP, 1.0, 0.0)])
@pytest.mark.parametrize(("hours", "closes"), [(11, False), (12, True), (500, True)])
def test_a_position_held_too_long_is_closed_whatever_else_halts(halt, hours, closes):
    trader = holding(max_holding_hours=12.0)
    trader.now_ms += hours * 3_600_000

    trader.decision(1.0, halt=halt)

    assert bool(trader.intent()["acts"]) is closes
    if closes:
        assert (trader.intent()["target_lots"], trader.intent()["reason"]) == (0, Reason.TIME_STOP)


@pytest.mark.parametrize("lots", [200_000, -200_000])
def test_a_position_well_above_its_cap_is_cut_to_the_cap(lots):
    trader = holding(lots)  # 20,000 of notional
    trader.desk.state[0]["leverage"] = 5.0  # a cap of 17,500, which 10 % may exceed

    decision = trader.decision(np.sign(lots))

    assert decision["code"] == Code.ORDERED
    assert trader.intent()["target_lots"] == np.sign(lots) * 175_000
    assert trader.intent()["reason"] == Reason.LEVERAGE_CUT


def test_a_position_a_little_above_its_cap_is_left_alone():
    trader = holding(192_000)

    assert judged(trader)[0] is Code.HOLD


def test_without_equity_a_position_is_closed_whole():
    trader = holding()
    trader.desk.account[0]["equity"] = -10.0

    trader.decision(1.0)

    assert trader.intent()["target_lots"] == 0


def test_a_position_exactly_at_its_cap_sends_no_order_for_nothing():
    trader = holding(175_000)
    trader.desk.rules[0]["dead_band"] = 0.0
    trader.desk.account[0]["equity"] = 10_000.0 * (1 - 1e-15)

    trader.decision(1.0)

    assert trader.intent()["acts"] == 0


def test_an_exit_on_its_way_is_not_repeated():
    trader = holding(max_holding_hours=1.0)
    trader.work(an_order(-1, 10_000, reduce_only=True))
    trader.now_ms += 10 * 3_600_000

    assert judged(trader)[0] is Code.ORDER_PENDING


def test_an_exit_replaces_the_rest_of_an_entry():
    trader = holding(max_holding_hours=1.0)
    trader.work(an_order(1, 50_000))
    trader.now_ms += 10 * 3_600_000

    assert judged(trader)[0] is Code.ORDERED


@pytest.mark.parametrize("lots", [10_000, -10_000])
def test_a_position_without_its_stop_is_closed(lots):
    trader = a_trader()
    trader.hold(lots, 100.0)
    at_leverage(trader, 5.0, 100.0)

    decision = trader.decision(np.sign(lots))

    assert decision["code"] == Code.ORDERED
    assert (trader.intent()["target_lots"], trader.intent()["reason"]) == (0, Reason.STOP)


def test_an_order_on_the_side_of_the_position_does_not_protect_it():
    trader = a_trader()
    trader.hold(10_000, 100.0)
    trader.work(an_order(1, 5_000, OrderType.STOP_MARKET, at=110.0, reduce_only=True))
    at_leverage(trader, 5.0, 100.0)

    trader.decision(1.0)

    assert trader.intent()["reason"] == Reason.STOP


def test_a_strategy_that_uses_no_stops_misses_none():
    trader = a_trader(stop="none", sizing="notional")
    trader.hold(10_000, 100.0)
    at_leverage(trader, 5.0, 100.0)

    assert judged(trader)[0] is Code.HOLD
