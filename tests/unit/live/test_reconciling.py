"""What a venue says of the account becomes the events that make the engine believe the same."""

from decimal import Decimal

import pytest

from alphastrike.domain.events import CashMoved, FundingSettled
from alphastrike.domain.market import UnifiedFundingRate
from alphastrike.domain.orders import Side
from alphastrike.domain.outcomes import Reason
from alphastrike.live.reconciling import Move, Settlement, adopting_fill, settlements, wallet_events

HOUR_MS = 3_600_000


def a_rate(symbol="BTCUSDT", rate=0.0001, at_ms=8 * HOUR_MS, mark="50000"):
    return UnifiedFundingRate(symbol, rate, at_ms, 8 * HOUR_MS, Decimal(mark))


def a_settlement(**changes):
    return Settlement(a_rate(**changes), Decimal("0.5"), 50_000.0)


def test_a_long_pays_a_positive_rate_on_its_notional():
    # 0.5 BTC at 50,000 and one basis point: 2.50
    assert a_settlement().payment == pytest.approx(-2.5)


def test_the_position_that_met_a_rate_is_the_one_before_later_fills():
    moves = [Move(9 * HOUR_MS, "BTCUSDT", Decimal(2)), Move(7 * HOUR_MS, "BTCUSDT", Decimal(1))]

    met = settlements([a_rate()], {"BTCUSDT": Decimal(3)}, moves, {})

    assert [each.position for each in met] == [Decimal(1)]


def test_a_rate_that_met_no_position_is_nobody_s():
    moves = [Move(9 * HOUR_MS, "BTCUSDT", Decimal(2))]

    assert settlements([a_rate()], {"BTCUSDT": Decimal(2)}, moves, {}) == ()


def test_a_wallet_that_moved_by_what_was_due_is_funding_to_the_last_digit():
    events = wallet_events(-2.5031, [a_settlement()], 5)

    assert [type(event) for event in events] == [FundingSettled]
    assert events[0].payment == pytest.approx(-2.5031)


def test_what_rounding_leaves_goes_to_the_last_payment():
    first, last = wallet_events(-7.51, [a_settlement(), a_settlement(rate=0.0002)], 5)

    assert first.payment == pytest.approx(-2.5)
    assert first.payment + last.payment == pytest.approx(-7.51)


def test_money_beyond_the_funding_is_a_deposit():
    events = wallet_events(1_000.0 - 2.5, [a_settlement()], 5)

    assert [type(event) for event in events] == [FundingSettled, CashMoved]
    assert events[1].amount == pytest.approx(1_000.0)


def test_money_without_funding_is_a_deposit_or_a_withdrawal():
    assert wallet_events(-250.0, [], 5) == (CashMoved(5, -250.0),)


@pytest.mark.parametrize(("difference", "side"), [("0.3", Side.BUY), ("-0.3", Side.SELL)])
def test_a_position_nobody_explains_is_adopted_as_an_operator_s_fill(difference, side):
    event = adopting_fill("BTCUSDT", Decimal(difference), Decimal(100), 7)

    assert (event.fill.side, event.fill.quantity, event.fill.fee) == (side, Decimal("0.3"), 0)
    assert event.reason is Reason.OPERATOR
