"""The breaker: what trips each state, how it stays, and the only ways back."""

import math

import numpy as np
import pytest

from alphastrike.domain.events import CashMoved, OperatorCommanded, PositionsReconciled, VenueHealthObserved
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.outcomes import Code, Reason
from alphastrike.domain.records import ACTS_NOT, ACTS_TO_CANCEL
from alphastrike.domain.risk_states import OperatorAction, RiskState, Trigger
from alphastrike.risk.kernel_breakers import watch_validation
from alphastrike.risk.kernel_desk import record_trade
from alphastrike.risk.stage import RiskStage
from tests.builders import START_MS, an_instrument, an_order
from tests.desks import Trader, a_trader

NORMAL, CAUTION, REDUCE_ONLY, HALTED, COOLDOWN = RiskState
PRICE = 100.0


def state_of(trader: Trader) -> tuple[RiskState, Trigger]:
    breaker = trader.desk.breaker[0]
    return RiskState(int(breaker["state"])), Trigger(int(breaker["trigger"]))


def after(trader: Trader, hours: float, *, wallet: float | None = None, volatility: float = 0.02) -> Trader:
    """The trader `hours` later, marked, with this much in the wallet."""
    if wallet is not None:
        trader.desk.account[0]["wallet"] = wallet
    marks = trader.desk.positions["mark_price"].copy()
    trader.marked(
        *np.where(marks > 0.0, marks, PRICE),
        volatility=volatility,
        at_ms=trader.now_ms + int(hours * HOUR_MS),
    )
    return trader


def started(**rules) -> Trader:
    """A trader of 10,000 after its first close of a day."""
    trader = a_trader(**rules)
    return after(trader, 0)


def told(trader: Trader, action: OperatorAction) -> Trader:
    RiskStage(trader.desk, (an_instrument(),)).hear(OperatorCommanded(trader.now_ms, action))
    return trader


@pytest.mark.parametrize(
    ("wallet", "state", "trigger"),
    [
        (9_701.0, NORMAL, Trigger.NONE),
        (9_700.0, REDUCE_ONLY, Trigger.DAY_LOSS),
        (9_501.0, REDUCE_ONLY, Trigger.DAY_LOSS),
        (9_499.0, HALTED, Trigger.DAY_LOSS),
        (7_999.0, HALTED, Trigger.DRAWDOWN),
        (0.0, HALTED, Trigger.EQUITY),
        (math.nan, HALTED, Trigger.EQUITY),
    ],
)
def test_losses_of_one_day_trip_what_they_are_worth(wallet, state, trigger):
    trader = after(started(), 1, wallet=wallet)

    assert state_of(trader) == (state, trigger)


@pytest.mark.parametrize(
    ("wallet", "state"), [(9_210.0, NORMAL), (9_190.0, CAUTION), (8_010.0, CAUTION), (7_990.0, HALTED)]
)
def test_a_fall_over_many_days_counts_from_the_peak(wallet, state):
    trader = started()

    for share in np.linspace(10_000.0, wallet, 12)[1:]:
        after(trader, 24, wallet=float(share), volatility=0.012)

    assert state_of(trader)[0] is state


def test_the_day_is_net_of_deposits_and_a_withdrawal_is_no_loss():
    trader = started()
    stage = RiskStage(trader.desk, (an_instrument(),))

    stage.hear(CashMoved(trader.now_ms, -5_000.0))
    assert state_of(after(trader, 1)) == (NORMAL, Trigger.NONE)
    stage.hear(CashMoved(trader.now_ms, 20_000.0))
    after(trader, 1, wallet=25_000.0 * 0.94)

    assert state_of(trader) == (HALTED, Trigger.DAY_LOSS)
    assert trader.desk.breaker[0]["observed"] == pytest.approx(0.06)
    assert trader.desk.account[0]["deposits"] == 15_000.0


def test_a_deposit_does_not_hide_a_drawdown():
    trader = started()
    after(trader, 24, wallet=9_000.0)

    RiskStage(trader.desk, (an_instrument(),)).hear(CashMoved(trader.now_ms, 9_000.0))
    row = trader.marked(PRICE)

    assert row["drawdown"] == pytest.approx(0.1)


def test_money_into_an_empty_account_is_no_profit():
    trader = after(started(), 1, wallet=-100.0)

    RiskStage(trader.desk, (an_instrument(),)).hear(CashMoved(trader.now_ms, 1_000.0))

    assert trader.desk.account[0]["equity_peak"] == 11_000.0


def test_four_losing_trades_in_a_row_are_caution_and_a_win_starts_the_count_again():
    trader = started()

    for pnl in (-1.0, -1.0, -1.0, 1.0, -1.0, -1.0, -1.0):
        record_trade(trader.desk, pnl)
    assert state_of(after(trader, 1))[0] is NORMAL
    record_trade(trader.desk, -1.0)

    assert state_of(after(trader, 1)) == (CAUTION, Trigger.LOSS_STREAK)


@pytest.mark.parametrize(
    ("codes", "validated", "state"),
    [
        ([0, 0, 0, Code.DRIFT], False, CAUTION),
        ([Code.DRIFT, Code.DRIFT, Code.WARM_UP, Code.GAP], False, REDUCE_ONLY),
        ([Code.NO_REFERENCE] * 4, False, NORMAL),
        ([Code.NO_REFERENCE] * 4, True, REDUCE_ONLY),
        ([Code.WARM_UP] * 4, True, NORMAL),
        ([0, Code.LOW_CONVICTION, 0, 0], False, NORMAL),
    ],
)
def test_what_the_validator_lost_counts_among_what_reached_it(codes, validated, state):
    trader = started()
    trader.desk.breaker[0]["validated"] = validated

    watch_validation(trader.desk, np.array(codes, dtype=np.int16)[:, None], 0)

    assert state_of(after(trader, 1))[0] is state


@pytest.mark.parametrize(("age", "state"), [(3, NORMAL), (4, REDUCE_ONLY)])
def test_a_held_symbol_without_news_stops_new_positions(age, state):
    trader = a_trader(an_instrument("AUSDT"), an_instrument("BUSDT"))
    after(trader, 0).hold(1, PRICE)
    trader.desk.watch["marked_ms"] = START_MS

    trader.now_ms += age * HOUR_MS
    watched = trader.desk.watch["marked_ms"].copy()
    observe_without_marks(trader, watched)

    assert state_of(trader)[0] is state


def observe_without_marks(trader: Trader, marked_ms: np.ndarray) -> None:
    from alphastrike.domain.records import EQUITY
    from alphastrike.risk.kernel_desk import observe

    trader.desk.watch["marked_ms"] = marked_ms
    observe(trader.desk, trader.now_ms, 0.02, np.zeros(1, dtype=EQUITY)[0])


@pytest.mark.parametrize(("rate", "state"), [(0.2, NORMAL), (0.21, REDUCE_ONLY), (math.nan, REDUCE_ONLY)])
def test_a_venue_that_errs_too_often_stops_new_positions(rate, state):
    trader = started()

    RiskStage(trader.desk, (an_instrument(),)).hear(VenueHealthObserved(trader.now_ms, rate))

    assert state_of(after(trader, 1))[0] is state


def test_a_difference_to_the_venues_books_halts_at_once_and_keeps_positions():
    trader = started()
    trader.hold(1_000, PRICE)
    trader.work(an_order(-1, 1_000, reduce_only=True))
    stage = RiskStage(trader.desk, (an_instrument(),))

    stage.hear(PositionsReconciled(trader.now_ms, 2))
    stage.withdraw(0)

    assert state_of(trader) == (HALTED, Trigger.RECONCILIATION)
    assert trader.intent()["acts"] == ACTS_NOT


def test_a_liquidation_halts():
    trader = started()

    trader.desk.account[0]["liquidations"] = 1

    assert state_of(after(trader, 1)) == (HALTED, Trigger.LIQUIDATION)


def test_halted_stays_halted_until_an_operator_resumes_into_cooldown():
    trader = after(started(), 1, wallet=9_400.0)

    assert state_of(after(trader, 1_000, wallet=10_000.0))[0] is HALTED
    told(trader, OperatorAction.RESUME)

    assert state_of(trader) == (COOLDOWN, Trigger.OPERATOR)
    assert state_of(after(trader, 23))[0] is COOLDOWN
    assert state_of(after(trader, 1)) == (NORMAL, Trigger.WAITED)


def test_a_resumed_drawdown_halts_again_only_when_it_deepens():
    trader = after(started(), 1, wallet=7_500.0)
    told(trader, OperatorAction.RESUME)

    assert state_of(after(trader, 1))[0] is not HALTED
    after(trader, 24, wallet=7_210.0)
    assert state_of(trader)[0] is not HALTED
    after(trader, 24, wallet=7_190.0)

    assert state_of(trader) == (HALTED, Trigger.DRAWDOWN)
    assert trader.desk.breaker[0]["limit"] == pytest.approx(0.28)


def test_caution_ends_after_a_calm_time_and_not_before():
    trader = started()
    for _ in range(4):
        record_trade(trader.desk, -1.0)
    after(trader, 1)
    record_trade(trader.desk, 1.0)

    assert state_of(after(trader, 3))[0] is CAUTION
    assert state_of(after(trader, 1)) == (NORMAL, Trigger.CALM)


def test_reduce_only_ends_in_cooldown_when_a_new_day_is_calm():
    trader = after(started(), 22, wallet=9_650.0)

    assert state_of(after(trader, 1))[0] is REDUCE_ONLY
    assert state_of(after(trader, 4)) == (COOLDOWN, Trigger.CALM)


def test_low_raw_leverage_alone_is_no_trap():
    trader = a_trader()
    trader.desk.rules[0]["base"] = 1.5
    seen = [state_of(after(trader, 1, volatility=0.05))[0] for _ in range(200)]

    assert seen[0] is REDUCE_ONLY
    assert seen[72] is COOLDOWN
    assert seen[72 + 24] is NORMAL
    assert seen[72 + 25] is REDUCE_ONLY  # and round again, at half size a day in four


def test_a_worse_trigger_is_not_excused_by_cooldown():
    trader = after(started(), 1, wallet=9_400.0)
    told(trader, OperatorAction.RESUME)

    assert state_of(after(trader, 1, wallet=9_000.0)) == (HALTED, Trigger.DAY_LOSS)


@pytest.mark.parametrize("state", [CAUTION, COOLDOWN])
def test_half_the_size_in_caution_and_in_cooldown(state):
    trader = started()
    trader.desk.state[0]["leverage"] = 5.0
    trader.desk.breaker[0]["state"] = state

    trader.decision(1.0)

    assert trader.intent()["target_lots"] == 16_666


@pytest.mark.parametrize(
    ("state", "code"), [(REDUCE_ONLY, Code.REDUCE_ONLY), (HALTED, Code.RISK_HALTED), (99, Code.RISK_HALTED)]
)
def test_nothing_opens_in_a_state_that_forbids_it(state, code):
    trader = started()
    trader.desk.breaker[0]["state"] = state

    assert trader.decision(1.0)["code"] == code


@pytest.mark.parametrize(("keeps", "target"), [(False, 0), (True, 1_000)])
def test_a_halt_for_losses_closes_positions_unless_told_to_keep_them(keeps, target):
    trader = started(breakers={"close_on_halt": not keeps})
    trader.hold(1_000, PRICE)
    trader.work(an_order(-1, 1_000, reduce_only=True))
    trader.desk.orders["order_type"] = 2  # the stop
    after(trader, 1, wallet=9_000.0)

    trader.decision(1.0)

    assert trader.intent()["target_lots"] == target
    assert trader.intent()["reason"] == (0 if keeps else Reason.BREAKER)


def test_an_operator_flattens_at_once_and_entries_are_taken_back():
    trader = started()
    trader.hold(1_000, PRICE)
    other = started()
    other.work(an_order(1, 5))

    for one in (trader, other):
        stage = RiskStage(told(one, OperatorAction.FLATTEN).desk, (an_instrument(),))
        stage.withdraw(0)

    assert (trader.intent()["target_lots"], trader.intent()["reason"]) == (0, Reason.OPERATOR)
    assert other.intent()["acts"] == ACTS_TO_CANCEL
    assert [order["state"] for order in other.planned()] == [4]


def test_a_turn_on_its_way_becomes_an_exit_when_nothing_may_open():
    trader = started()
    trader.hold(1_000, PRICE)
    trader.work(an_order(-1, 3_000))
    trader.desk.breaker[0]["state"] = REDUCE_ONLY

    trader.decision(-1.0)

    assert (trader.intent()["target_lots"], trader.intent()["reason"]) == (0, Reason.SIGNAL_EXIT)
    assert [(order["state"], order["lots"]) for order in trader.planned()] == [(4, 3_000), (0, 1_000)]


def test_an_operator_may_ask_for_less_but_never_for_more_than_the_breaker_allows():
    trader = told(after(started(), 1, wallet=9_400.0), OperatorAction.REDUCE_ONLY)
    assert state_of(trader)[0] is HALTED

    assert state_of(told(started(), OperatorAction.REDUCE_ONLY)) == (REDUCE_ONLY, Trigger.OPERATOR)
    assert state_of(told(started(), OperatorAction.RESUME))[0] is NORMAL


def test_every_change_is_journaled_once_with_its_numbers():
    trader = after(started(), 1, wallet=9_400.0)
    stage = RiskStage(told(trader, OperatorAction.RESUME).desk, (an_instrument(),))

    changes = stage.changes()

    assert changes["before"].tolist() == [NORMAL, HALTED]
    assert changes["after"].tolist() == [HALTED, COOLDOWN]
    assert changes["observed"][0] == pytest.approx(0.06)
    assert changes["limit"][0] == 0.05
    assert stage.changes().size == 0
