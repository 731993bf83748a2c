"""Each pre-trade rule at its limit and beyond, judged on the account after the worst case."""

import math

import numpy as np
import pytest

from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code
from alphastrike.risk.kernel_carry import expect, expected_carry
from alphastrike.risk.kernel_correlation import SAMPLE_MS
from alphastrike.risk.kernel_news import hear_funding
from alphastrike.risk.kernel_pretrade import RULES
from tests.builders import START_MS, an_instrument, an_order
from tests.desks import Trader, a_trader

NAN = math.nan
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
TWO = tuple(an_instrument(symbol, min_notional="5") for symbol in ("AUSDT", "BUSDT"))


def ready(*instruments, marks: tuple[float, ...] = (100.0, 100.0), **rules) -> Trader:
    trader = a_trader(*(instruments or TWO), **({"symbol_exposure": 1.0, "net_exposure": 1.0} | rules))
    trader.marked(*marks)
    trader.desk.state[0]["leverage"] = 5.0
    return trader


def judged(trader: Trader, forecast: float = 1.0, symbol: int = 0, **terms) -> tuple[Code, float, float]:
    decision = trader.decision(forecast, symbol, **terms)
    return Code(int(decision["code"])), float(decision["observed"]), float(decision["limit"])


def test_every_rule_has_a_code_and_a_setting_of_its_own():
    names = [rule.name for rule in RULES]

    assert len(RULES) == 13
    assert len({rule.code for rule in RULES}) == 13
    assert names.count("liquidation_distance") == 1
    assert all(rule.code.stage and rule.code.stage.name == "RISK" for rule in RULES)


def test_symbols_that_move_together_share_one_limit():
    trader = ready(cluster_exposure=0.6)
    trader.hold(295_000, 100.0, 1)  # 29,500 of 30,000

    judged(trader)

    assert trader.intent()["target_lots"] == 5_000


def test_a_full_cluster_refuses_with_its_numbers():
    trader = ready(cluster_exposure=0.6)
    trader.hold(300_000, 100.0, 1)

    code, observed, limit = judged(trader)

    assert (code, limit) == (Code.CLUSTER_EXPOSURE, 30_000.0)
    assert observed > limit


def test_the_other_side_of_a_cluster_counts_as_well():
    trader = ready(cluster_exposure=0.6)
    trader.hold(-300_000, 100.0, 1)

    assert judged(trader)[0] is Code.CLUSTER_EXPOSURE


def walked(together: bool) -> Trader:
    """Both symbols watched for forty samples, moving together or each its own way."""
    trader = ready(cluster_exposure=0.6)
    chance = np.random.default_rng(1)
    marks = np.array([100.0, 100.0])
    for step in range(42):
        moves = chance.normal(0.0, 0.01, 2)
        marks = marks * np.exp([moves[0], moves[0] if together else moves[1]])
        trader.now_ms = START_MS + step * SAMPLE_MS
        trader.looked(*marks)
    trader.marked(*marks)
    trader.desk.state[0]["leverage"] = 5.0
    return trader


def test_correlation_is_known_after_five_days_and_decides_the_cluster():
    same, apart = walked(together=True), walked(together=False)

    assert same.desk.correlations[0, 1] == pytest.approx(1.0)
    assert abs(apart.desk.correlations[0, 1]) < 0.5
    assert same.desk.watch["cluster"].tolist() == [0, 0]
    assert apart.desk.watch["cluster"].tolist() == [0, 1]
    assert math.isnan(ready().desk.correlations[0, 1])


def test_a_symbol_that_went_silent_is_unknown_again():
    trader = walked(together=False)
    trader.now_ms += SAMPLE_MS

    trader.looked(NAN, 100.0)

    assert math.isnan(trader.desk.correlations[0, 1])
    assert trader.desk.watch["cluster"].tolist() == [0, 1] or trader.desk.watch["cluster"][0] == 0


def test_the_twenty_first_opening_order_within_a_minute_waits():
    trader = ready(order_rate=20)
    trader.desk.sent_ms[:20] = trader.now_ms - MINUTE_MS + 1
    trader.desk.state[0]["orders_sent"] = 20

    assert judged(trader) == (Code.ORDER_RATE, 21.0, 20.0)
    trader.desk.sent_ms[0] = trader.now_ms - MINUTE_MS
    assert judged(trader)[0] is Code.ORDERED


@pytest.mark.parametrize(("band", "code"), [(0.0149, Code.PRICE_BAND), (0.0151, Code.ORDERED)])
def test_a_stop_outside_the_band_is_a_fault(band, code):
    assert judged(ready(price_band=band))[0] is code


def test_the_stress_of_one_day_bounds_the_book():
    trader = ready(stressed_loss=0.06)

    judged(trader)  # 3,333 x 2 % x 2.33 x 1.5 = 233 of 600
    assert trader.intent()["target_lots"] == 33_333
    trader.hold(90_000, 100.0, 1)  # 629 by itself
    code, observed, limit = judged(trader)

    assert (code, limit) == (Code.STRESSED_LOSS, 600.0)
    assert observed > limit


def test_a_hedge_counts_for_nothing_on_a_stressed_day():
    trader = ready(stressed_loss=0.06)
    trader.hold(-84_000, 100.0, 1)

    judged(trader)

    lots = abs(int(trader.intent()["target_lots"]))
    assert 0 < lots < 33_333
    variance = (lots / 10 * 0.02) ** 2 + (8_400 * 0.02) ** 2
    assert math.sqrt(variance) * 2.33 * 1.5 <= 600.0


def test_an_unknown_volatility_of_the_book_refuses():
    trader = ready(stressed_loss=0.06)
    trader.desk.watch["volatility"] = 0.0

    assert judged(trader)[0] is Code.STRESSED_LOSS


@pytest.mark.parametrize(("venue_leverage", "code"), [(20.0, Code.LIQUIDATION_DISTANCE), (5.0, Code.ORDERED)])
def test_liquidation_stays_six_daily_deviations_away(venue_leverage, code):
    trader = ready(liquidation_sigmas=6.0, venue_leverage=venue_leverage)
    trader.desk.rules[0]["is_isolated"] = 1

    found, observed, limit = judged(trader)

    assert found is code
    if code is Code.LIQUIDATION_DISTANCE:
        assert limit == pytest.approx(0.12)
        assert observed == pytest.approx((0.05 - 0.005) / 0.995, abs=1e-6)  # 1/20 less maintenance


def test_the_account_behind_a_cross_position_counts_for_every_position():
    trader = ready(liquidation_sigmas=6.0, initial_margin=1.0, symbol_exposure=1.0)
    trader.desk.account[0]["equity"] = 10_000.0
    trader.hold(-800_000, 100.0, 1)  # 80,000 short on 10,000: 12 % away

    code, observed, limit = judged(trader)

    assert code in (Code.LIQUIDATION_DISTANCE, Code.GROSS_EXPOSURE)
    assert observed != limit


def test_an_old_price_opens_nothing():
    trader = ready()
    trader.desk.watch[0]["marked_ms"] = trader.now_ms - 1

    assert judged(trader) == (Code.STALE_PRICE, 1.0, 0.0)


@pytest.mark.parametrize(
    ("rate", "minutes", "forecast", "code"),
    [
        (0.0006, 5, 1.0, Code.FUNDING_WINDOW),
        (0.0006, 6, 1.0, Code.ORDERED),
        (0.0005, 5, 1.0, Code.ORDERED),
        (0.0006, 5, -1.0, Code.ORDERED),
        (-0.0006, 0, -1.0, Code.FUNDING_WINDOW),
    ],
)
def test_nothing_opens_just_before_a_dear_funding(rate, minutes, forecast, code):
    trader = ready()

    hear_funding(trader.desk, 0, rate, trader.now_ms + minutes * MINUTE_MS)

    assert judged(trader, forecast)[0] is code


@pytest.mark.parametrize(
    ("rate", "forecast", "surplus", "code"),
    [
        (0.0001, 1.0, 0.00031, Code.ORDERED),
        (0.0001, 1.0, 0.00029, Code.EXPECTED_CARRY),
        (0.0001, -1.0, 0.0, Code.ORDERED),  # it is paid, not paying
        (-0.0001, -1.0, 0.00029, Code.EXPECTED_CARRY),
        (0.0001, 1.0, NAN, Code.EXPECTED_CARRY),
        (NAN, 1.0, 0.01, Code.EXPECTED_CARRY),
        (0.0001, 1.0, math.inf, Code.ORDERED),  # a strategy that names no edge
    ],
)
def test_a_day_of_fundings_must_fit_into_what_the_edge_leaves(rate, forecast, surplus, code):
    trader = ready()
    hear_funding(trader.desk, 0, rate, trader.now_ms + HOUR_MS)  # then 8 and 16 h later, within the day
    expect(trader.desk, 0, surplus, 24.0, 0.0)

    found, observed, limit = judged(trader, forecast)

    assert found is code
    if code is Code.EXPECTED_CARRY:
        assert observed == pytest.approx(3 * abs(rate), nan_ok=True)
        assert limit == pytest.approx(surplus, nan_ok=True)


@pytest.mark.parametrize(
    ("hours", "due_hours", "fundings"),
    [
        (24.0, (1.0,), 3),
        (24.0, (0.0, 1.0), 24),  # hourly, as the two announcements tell
        (24.0, (0.0, 1.0, 9.0), 16),  # one that was missed makes none rarer
        (24.0, (-20.0,), 3),  # long past, yet it comes again: at 4, 12 and 20 h
        (0.5, (1.0,), 0),
        (1.0, (1.0,), 1),
        (24.0, (), 0),
    ],
)
def test_the_carry_expected_counts_every_funding_until_the_horizon(hours, due_hours, fundings):
    trader = ready()
    for due in due_hours:
        hear_funding(trader.desk, 0, 0.0001, trader.now_ms + int(due * HOUR_MS))
    expect(trader.desk, 0, 0.0, hours, 0.0)

    carry = expected_carry(trader.desk.watch[0], trader.now_ms, 1)

    assert carry == pytest.approx(fundings * 0.0001)


def test_reducing_passes_when_every_rule_would_refuse():
    trader = ready(order_rate=1, price_band=0.001, stressed_loss=1e-6, cluster_exposure=1e-9)
    trader.hold(1_000, 100.0)
    trader.desk.watch[0]["marked_ms"] = 0
    trader.work(an_order(-1, 1_000, OrderType.STOP_MARKET, at=90.0, reduce_only=True))

    decision = trader.decision(-1.0)

    assert decision["code"] == Code.ORDERED
    assert trader.intent()["target_lots"] == 0


def test_an_opening_that_risk_did_not_approve_is_not_sent():
    trader = ready()
    trader.decision(1.0)
    trader.desk.intents[0]["approved_lots"] = 10

    assert trader.planned() == []
    assert trader.desk.decisions[0]["code"] == Code.UNAPPROVED
