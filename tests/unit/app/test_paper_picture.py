"""What a picture of a paper run says of its risk."""

import pytest

from alphastrike.app.paper_picture import PictureTaker
from alphastrike.domain.risk_states import RiskState, Trigger
from alphastrike.live.picture import as_status
from alphastrike.risk.kernel_breakers import change_state
from alphastrike.risk.kernel_pretrade import RULES
from tests.desks import a_trader


@pytest.fixture
def holding():
    trader = a_trader(leverage=5.0)
    trader.hold(10_000, 100.0)
    trader.marked(100.0)
    return trader


def test_every_limit_is_there_with_its_use(holding):
    picture = PictureTaker(holding.desk, ("BTCUSDT",), "paper").take(holding.now_ms, None)

    limits = {limit.rule: limit for limit in picture.limits}
    assert list(limits) == [rule.name for rule in RULES]
    # 10 coins at 100, and five times the equity of 10,000 at most.
    gross = limits["gross_exposure"]
    assert gross.observed == pytest.approx(1_000.0)
    assert gross.limit == pytest.approx(picture.leverage.leverage * picture.equity)
    assert gross.passes


def test_the_breaker_is_there_with_what_tripped_it(holding):
    change_state(holding.desk, holding.now_ms, RiskState.HALTED, Trigger.DAY_LOSS, 0.06, 0.05)

    breaker = PictureTaker(holding.desk, ("BTCUSDT",), "paper").take(holding.now_ms, None).breaker

    assert (breaker.state, breaker.trigger, breaker.observed, breaker.limit) == (
        "halted", "day_loss", 0.06, 0.05,
    )  # fmt: skip
    assert breaker.left_by == "an operator who resumes, then cooldown"


def test_a_use_that_is_not_known_is_none_in_the_status(holding):
    holding.desk.watch["volatility"] = float("nan")

    picture = PictureTaker(holding.desk, ("BTCUSDT",), "paper").take(holding.now_ms, None)

    loss = next(row for row in as_status(picture)["limits"] if row["rule"] == "stressed_loss")
    assert loss["observed"] is None
    assert not loss["passes"]
