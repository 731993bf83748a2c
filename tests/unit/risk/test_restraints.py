"""What an intervention forbids, with the numbers; leaving a position is never restrained."""

import math

import numpy as np
import pytest

from alphastrike.domain.orders import OrderType
from alphastrike.domain.outcomes import Code, Reason
from alphastrike.risk.books import unrestrained
from alphastrike.risk.stage import RiskStage
from tests.builders import an_instrument, an_order
from tests.desks import a_trader

NAN = math.nan


def a_restrained_trader(leverage_cap: float = math.inf, **restraint: float):
    """A trader at a mark of 100 with every symbol restrained alike."""
    trader = a_trader()
    trader.marked(100.0)
    trader.desk.state[0]["leverage"] = 5.0
    trader.desk.state[0]["leverage_cap"] = leverage_cap
    for name, value in restraint.items():
        trader.desk.restraints[name] = value
    return trader


@pytest.mark.parametrize(
    ("restraint", "forecast", "conviction", "code"),
    [
        ({"conviction_threshold": 80.0}, 1.0, 79.9, Code.RESTRAINED_CONVICTION),
        ({"conviction_threshold": 80.0}, 1.0, 80.0, Code.ORDERED),
        ({"conviction_threshold": NAN}, 1.0, 100.0, Code.RESTRAINED_CONVICTION),
        ({"conviction_threshold": -1.0}, 1.0, 100.0, Code.RESTRAINED_CONVICTION),
        ({"shorts_allowed": 0}, -1.0, 100.0, Code.RESTRAINED_SHORTS),
        ({"shorts_allowed": 7}, -1.0, 100.0, Code.RESTRAINED_SHORTS),
        ({"shorts_allowed": 0}, 1.0, 100.0, Code.ORDERED),
        ({"entries_allowed": 0}, 1.0, 100.0, Code.RESTRAINED_SYMBOL),
        ({"entries_allowed": -1}, 1.0, 100.0, Code.RESTRAINED_SYMBOL),
        ({"size_multiplier": 0.0}, 1.0, 100.0, Code.RESTRAINED_SIZE),
        ({"size_multiplier": NAN}, 1.0, 100.0, Code.RESTRAINED_SIZE),
        ({"size_multiplier": 1.01}, 1.0, 100.0, Code.RESTRAINED_SIZE),
    ],
)
def test_a_new_position_answers_to_its_restraint(restraint, forecast, conviction, code):
    trader = a_restrained_trader(**restraint)

    decision = trader.decision(forecast, conviction=conviction)

    assert Code(int(decision["code"])) is code


def test_the_refusal_carries_conviction_and_threshold():
    trader = a_restrained_trader(conviction_threshold=80.0)

    decision = trader.decision(1.0, conviction=60.0)

    assert (decision["observed"], decision["limit"]) == (60.0, 80.0)


def test_half_the_size_is_half_the_lots():
    free, halved = a_restrained_trader(), a_restrained_trader(size_multiplier=0.5)

    free.decision(1.0)
    halved.decision(1.0)

    assert free.intent()["target_lots"] == 33_333  # 10,000 x 0.5 % / 1.5 % = 3,333 at a mark of 100
    assert halved.intent()["target_lots"] == 16_666


def test_a_position_may_be_left_under_every_restraint_at_once():
    trader = a_restrained_trader(entries_allowed=0, shorts_allowed=0, size_multiplier=0.0)
    trader.hold(1_000, 100.0)

    trader.work(an_order(-1, 1_000, OrderType.STOP_MARKET, at=90.0, reduce_only=True))

    trader.decision(-1.0)

    assert (trader.intent()["target_lots"], trader.intent()["reason"]) == (0, Reason.SIGNAL_EXIT)


@pytest.mark.parametrize(
    ("cap", "leverage"), [(2.0, 2.0), (0.5, 0.5), (NAN, 1.0), (-1.0, 1.0), (math.inf, 3.0)]
)
def test_leverage_stays_under_the_cap_at_once(cap, leverage):
    trader = a_restrained_trader(leverage_cap=cap)

    row = trader.marked(100.0)

    assert row["leverage"] == leverage  # without trades the formula gives 3.0


def test_lifting_the_cap_lets_leverage_rise_only_by_its_own_slow_rule():
    trader = a_restrained_trader(leverage_cap=1.0)
    trader.marked(100.0)
    trader.desk.state[0]["leverage_cap"] = math.inf

    seen = [trader.marked(100.0, at_ms=trader.now_ms + hour * 3_600_000)["leverage"] for hour in range(4)]

    assert seen == [1.0, 1.0, 1.5, 1.5]


def test_the_stage_replaces_every_restraint_and_a_snapshot_carries_them():
    stage = RiskStage(a_trader().desk, (an_instrument(),))
    restraints = unrestrained(1)
    restraints["shorts_allowed"] = 0

    stage.restrain(restraints, 2.0)
    state = stage.snapshot()
    stage.restrain(unrestrained(1))
    assert stage.desk.restraints[0]["shorts_allowed"] == 1
    stage.restore(state)

    assert stage.desk.restraints.tobytes() == restraints.tobytes()
    assert stage.desk.state[0]["leverage_cap"] == 2.0
    assert np.isfinite(stage.desk.restraints["size_multiplier"]).all()
