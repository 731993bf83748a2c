"""Size of a new position and the place of its stop, by hand."""

import pytest

from alphastrike.domain.outcomes import Code, Reason
from alphastrike.domain.risk_states import RiskState
from alphastrike.risk.kernel_carry import expect
from alphastrike.risk.kernel_sizing import on_target
from tests.builders import an_instrument
from tests.desks import a_trader


def test_a_stopped_out_position_loses_the_risk_per_trade():
    # 10,000 x 0.5 % = 50 at risk; stop 1.5 x 1 % away: 3,333.33 of notional, 33.333 coins at 100.
    trader = a_trader()
    trader.marked(100.0)

    decision = trader.decision(1.0)

    assert decision["code"] == Code.ORDERED
    assert trader.intent()["target_lots"] == 33_333
    assert trader.intent()["stop_price"] == 98.5
    assert trader.intent()["reason"] == Reason.ENTRY
    assert decision["target_notional"] == pytest.approx(3_333.3)


def test_a_short_is_the_mirror_image():
    trader = a_trader()
    trader.marked(100.0)

    trader.decision(-1.0)

    assert trader.intent()["target_lots"] == -33_333
    assert trader.intent()["stop_price"] == 101.5


@pytest.mark.parametrize(
    ("conviction", "share"), [(100.0, 1.0), (77.5, 0.5), (66.25, 0.25), (60.0, 0.25), (10.0, 0.25)]
)
def test_conviction_scales_the_risk_between_a_quarter_and_the_whole(conviction, share):
    trader = a_trader(conviction_threshold=55.0)
    trader.marked(100.0)

    trader.decision(1.0, conviction=conviction)

    assert trader.intent()["target_lots"] == int(10_000 * 0.005 * share / 0.015 / 100 * 1_000 + 1e-9)


@pytest.mark.parametrize(("cut", "share"), [(0.0, 1.0), (0.25, 0.75), (1.0, 0.0), (float("nan"), 0.0)])
def test_what_the_validator_withholds_is_not_traded(cut, share):
    trader = a_trader()
    trader.marked(100.0)
    expect(trader.desk, 0, float("inf"), 24.0, cut)

    decision = trader.decision(1.0)

    assert trader.intent()["target_lots"] == int(10_000 * 0.005 * share / 0.015 / 100 * 1_000 + 1e-9)
    assert decision["code"] == (Code.ORDERED if share else Code.MIN_NOTIONAL)


@pytest.mark.parametrize(
    ("target", "volatility", "notional"),
    [
        (0.005, 0.02, 2_500.0),  # 10,000 x 0.5 % a day / 2 % a day
        (0.005, 0.05, 1_000.0),
        (0.00785, 0.02, 3_333.3),  # 15 % a year would be 3,925: the stop allows less
        (1.0, 1e-300, 3_333.3),
        (0.0, 0.05, 3_333.3),
    ],
)
def test_a_volatility_target_cuts_a_position_to_what_moves_by_it_in_a_day(target, volatility, notional):
    trader = a_trader(volatility_target=target)
    trader.marked(100.0, volatility=volatility)

    trader.decision(1.0)

    assert trader.intent()["target_lots"] == trader.intent()["approved_lots"] == int(notional * 10 + 1e-6)


def test_caution_and_a_restraint_are_shares_of_the_targeted_size():
    trader = a_trader(volatility_target=0.005)
    trader.marked(100.0, volatility=0.02)
    trader.desk.breaker[0]["state"] = RiskState.CAUTION
    trader.desk.restraints["size_multiplier"] = 0.5

    trader.decision(-1.0)

    assert trader.intent()["target_lots"] == -6_250


@pytest.mark.parametrize("volatility", [float("nan"), float("inf"), 0.0, -0.02])
def test_a_volatility_that_is_not_known_meets_no_target(volatility):
    trader = a_trader(volatility_target=0.005)
    trader.marked(100.0)
    trader.desk.watch["volatility"] = volatility

    lots = on_target(trader.desk, 0, 33_333)
    decision = trader.decision(1.0)

    assert lots == 0
    assert decision["code"] == Code.STRESSED_LOSS
    assert trader.intent()["target_lots"] == 0


def test_a_target_below_the_smallest_order_is_no_order():
    trader = a_trader(an_instrument(min_notional="5"), volatility_target=1e-5)
    trader.marked(100.0, volatility=0.05)

    decision = trader.decision(1.0)

    assert (decision["code"], decision["observed"], decision["limit"]) == (Code.MIN_NOTIONAL, 2.0, 5.0)
    assert not trader.intent()["acts"]


def test_the_stop_is_at_least_some_spreads_away():
    # Three spreads of 2 x 50 bp are 3 %, more than 1.5 ranges of 1 %.
    trader = a_trader(half_spread_bps=50.0)
    trader.marked(100.0)

    trader.decision(1.0)

    assert trader.intent()["stop_price"] == 97.0
    assert trader.intent()["target_lots"] == 16_666


@pytest.mark.parametrize(("forecast", "stop"), [(1.0, 98.6), (-1.0, 101.4)])
def test_the_stop_is_rounded_to_the_tick_toward_the_price(forecast, stop):
    trader = a_trader(an_instrument(tick_size="0.2"))
    trader.marked(100.0)

    trader.decision(forecast)

    assert trader.intent()["stop_price"] == stop


def test_lots_are_rounded_down():
    trader = a_trader(an_instrument(quantity_step="1"))
    trader.marked(100.0)

    trader.decision(1.0)

    assert trader.intent()["target_lots"] == 33


def test_fixed_notional_ignores_risk_and_conviction():
    trader = a_trader(sizing="notional", notional_per_trade=1_000.0)
    trader.marked(100.0)

    trader.decision(1.0, conviction=10.0)

    assert trader.intent()["target_lots"] == 10_000
    assert trader.intent()["stop_price"] == 98.5


def test_without_stops_the_intent_carries_none():
    trader = a_trader(sizing="notional", notional_per_trade=1_000.0, stop="none")
    trader.marked(100.0)

    decision = trader.decision(1.0, atr=float("nan"))

    assert decision["code"] == Code.ORDERED
    assert str(trader.intent()["stop_price"]) == "nan"


@pytest.mark.parametrize(
    ("limit", "rules", "leverage", "notional"),
    [
        ("symbol", {}, 2.0, 0.35 * 2.0 * 10_000),
        ("net", {"symbol_exposure": 1.0}, 2.0, 0.7 * 2.0 * 10_000),
        ("gross", {"symbol_exposure": 1.0, "net_exposure": 1.0}, 2.0, 2.0 * 10_000),
        ("margin", {"symbol_exposure": 1.0, "net_exposure": 1.0, "initial_margin": 0.05}, 2.0, 10_000.0),
    ],
)
def test_size_is_cut_to_what_the_narrowest_limit_leaves(limit, rules, leverage, notional):
    trader = a_trader(leverage=leverage, risk_per_trade=0.1, stop_atr=0.2, **rules)
    trader.marked(100.0, volatility=0.012)
    trader.desk.state[0]["leverage"] = leverage

    trader.decision(1.0)

    assert trader.intent()["target_lots"] == int(notional / 100 * 1_000 + 1e-6)


def test_the_margin_of_a_symbol_is_computed_with_the_leverage_it_allows():
    # Half of 10,000 at the symbol's own 2x, not at the venue's 20x.
    trader = a_trader(
        an_instrument(tiers=((0, "0.1", 2),)),
        leverage=5.0,
        risk_per_trade=0.1,
        stop_atr=0.2,
        symbol_exposure=1.0,
        net_exposure=1.0,
    )
    trader.marked(100.0)
    trader.desk.state[0]["leverage"] = 5.0

    trader.decision(1.0)

    assert trader.intent()["target_lots"] == 100_000


def test_other_positions_leave_less_room():
    traded = (an_instrument(), an_instrument("ETHUSDT"))
    trader = a_trader(*traded, risk_per_trade=0.1, stop_atr=0.2)
    trader.hold(250_000, 100.0, symbol=1)
    trader.marked(100.0, 100.0)
    trader.desk.state[0]["leverage"] = 5.0

    trader.decision(1.0)

    # Net 0.7 x 50,000 = 35,000 less the 25,000 held.
    assert trader.intent()["target_lots"] == 100_000


def test_a_position_on_the_other_side_makes_room_in_net_but_not_in_gross():
    traded = (an_instrument(), an_instrument("ETHUSDT"))
    trader = a_trader(*traded, risk_per_trade=0.1, stop_atr=0.2, symbol_exposure=1.0)
    trader.hold(-250_000, 100.0, symbol=1)
    trader.marked(100.0, 100.0)
    trader.desk.state[0]["leverage"] = 5.0

    trader.decision(1.0)

    assert trader.intent()["target_lots"] == 250_000
