"""How a position is protected and left: take-profit, a following stop, retired signals, funding, margin."""

import math

import numpy as np
import pytest

from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code, Reason
from alphastrike.domain.records import ACTS_TO_TIGHTEN
from alphastrike.risk.kernel_exits import remember_backing, watch_backing
from alphastrike.risk.kernel_news import hear_funding
from tests.builders import an_order
from tests.desks import Trader, a_trader

MINUTE_MS = 60_000


def ready(**rules) -> Trader:
    trader = a_trader(**rules)
    trader.marked(100.0)
    trader.desk.state[0]["leverage"] = 5.0
    return trader


def holding(lots: int = 1_000, stop: float = 98.0, **rules) -> Trader:
    trader = ready(**rules)
    trader.hold(lots, 100.0)
    side = -1 if lots > 0 else 1
    trader.work(an_order(side, abs(lots), OrderType.STOP_MARKET, at=stop, reduce_only=True))
    return trader


@pytest.mark.parametrize(("forecast", "price"), [(1.0, 102.25), (-1.0, 97.75)])
def test_a_take_profit_leaves_with_the_entry_for_part_of_it(forecast, price):
    trader = ready(take_profit_stops=1.5)

    trader.decision(forecast)
    entry, stop, profit = trader.planned()

    assert (stop["order_type"], profit["order_type"]) == (
        OrderType.STOP_MARKET,
        OrderType.TAKE_PROFIT_MARKET,
    )
    assert profit["trigger_price"] == pytest.approx(price)
    assert profit["lots"] == math.floor(0.4 * entry["lots"])
    assert (profit["side"], profit["reduce_only"]) == (-forecast, 1)


def test_a_take_profit_alone_protects_nothing():
    trader = ready()
    trader.hold(1_000, 100.0)
    trader.work(an_order(-1, 400, OrderType.TAKE_PROFIT_MARKET, at=105.0, reduce_only=True))

    trader.decision(0.0)

    assert (trader.intent()["target_lots"], trader.intent()["reason"]) == (0, Reason.STOP)


@pytest.mark.parametrize(
    ("lots", "stop", "best", "wanted"), [(1_000, 98.0, 104.0, 101.92), (-1_000, 102.0, 96.0, 97.92)]
)
def test_the_stop_follows_the_best_close(lots, stop, best, wanted):
    trader = holding(lots, stop, trailing_atr=2.0)
    trader.marked(best)

    trader.decision(0.0, atr=0.01)

    assert trader.intent()["acts"] == ACTS_TO_TIGHTEN
    new, old = trader.planned()
    assert new["trigger_price"] == pytest.approx(wanted)
    assert (new["lots"], new["reduce_only"], old["state"]) == (1_000, 1, 4)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("side", [1, -1])
def test_a_stop_that_follows_only_ever_tightens(seed, side):
    trader = holding(side * 1_000, 100.0 - 2.0 * side, trailing_atr=2.0)
    chance = np.random.default_rng(seed)
    stop, mark = 100.0 - 2.0 * side, 100.0

    for _ in range(40):
        mark *= math.exp(chance.normal(0.0, 0.01))
        if side * (mark - stop) <= 0:
            break
        trader.marked(mark)
        trader.decision(0.0, atr=float(chance.uniform(0.001, 0.03)))
        for order in trader.planned():
            if order["state"] != 4:
                assert side * (order["trigger_price"] - stop) > 0
                assert side * (mark - order["trigger_price"]) > 0
                stop = float(order["trigger_price"])
        book = trader.desk.orders[0, : trader.desk.order_count[0]]
        trader.desk.orders[0, 0] = book[-1]
        trader.desk.order_count[0] = 1


def test_a_position_is_left_when_half_of_what_was_behind_it_is_retired():
    trader = ready()
    votes = np.array([[[0.5]], [[0.5]], [[-0.5]], [[np.nan]]])
    weights = np.array([[0.3], [0.2], [0.9], [0.9]])
    trader = Trader(a_trader(signals=4).desk, trader.outbox)
    trader.marked(100.0)
    trader.desk.state[0]["leverage"] = 5.0
    trader.decision(1.0)
    remember_backing(trader.desk, 0, votes, weights, 0)
    assert trader.desk.backing[0].tolist() == [0.3, 0.2, 0.0, 0.0]
    trader.hold(1_000, 100.0)
    trader.work(an_order(-1, 1_000, OrderType.STOP_MARKET, at=98.0, reduce_only=True))

    for retired, reason in (([0, 1, 1, 1], 0), ([1, 0, 0, 0], Reason.RETIRED)):
        watch_backing(trader.desk, 0, np.array(retired, dtype=np.int8)[:, None], 0)
        trader.decision(1.0)
        assert (trader.intent()["reason"] if trader.intent()["acts"] else 0) == reason


def test_a_rule_without_signals_never_retires():
    trader = holding()

    watch_backing(trader.desk, 0, np.zeros((0, 1), dtype=np.int8), 0)

    assert trader.desk.watch[0]["retired_share"] == 0.0


@pytest.mark.parametrize(
    ("rate", "minutes", "leaves"),
    [(0.002, 3, True), (0.002, 30, False), (0.0009, 3, False), (-0.002, 3, False)],
)
def test_a_position_is_left_before_it_pays_too_much_funding(rate, minutes, leaves):
    trader = holding(funding_exit_bps=10.0)

    hear_funding(trader.desk, 0, rate, trader.now_ms + minutes * MINUTE_MS)
    trader.decision(1.0)

    assert bool(trader.intent()["acts"] and trader.intent()["reason"] == Reason.FUNDING) is leaves


def test_a_position_whose_liquidation_came_near_is_halved():
    trader = holding(100_000, liquidation_sigmas=6.0, symbol_exposure=1.0)
    trader.desk.account[0]["equity"] = 10_000.0
    trader.marked(100.0, volatility=0.05)
    trader.desk.state[0]["leverage"] = 10.0
    trader.desk.rules[0]["is_isolated"] = 1
    trader.desk.rules[0]["venue_leverage"] = 10.0

    decision = trader.decision(1.0)

    assert decision["code"] == Code.ORDERED
    assert (trader.intent()["target_lots"], trader.intent()["reason"]) == (50_000, Reason.MARGIN_CUT)
