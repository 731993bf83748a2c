"""How the leverage control variable moves: down at once, up late and in small steps."""

import numpy as np
import pytest

from alphastrike.domain.risk_states import RiskState
from alphastrike.risk.kernel_desk import record_trade
from tests.builders import START_MS
from tests.desks import a_trader

HOUR_MS = 3_600_000
CALM, NORMAL, WILD = 0.012, 0.02, 0.05  # with the factor 0.6 of no record: 4.5, 3.0, 1.2


def seen(trader, *volatilities: float, first_hour: int = 0, hours: int = 1) -> list[float]:
    """Leverage after closes with these volatilities, `hours` apart."""
    times = (START_MS + (first_hour + hours * step) * HOUR_MS for step in range(len(volatilities)))
    return [
        float(trader.marked(100.0, volatility=volatility, at_ms=at)["leverage"])
        for volatility, at in zip(volatilities, times, strict=True)
    ]


def test_the_first_look_sets_leverage_to_what_the_formula_says():
    assert seen(a_trader(leverage=0.0), NORMAL) == [3.0]


def test_a_lower_answer_is_taken_at_once():
    assert seen(a_trader(leverage=0.0), NORMAL, WILD) == [3.0, 1.2]


def test_even_a_slightly_lower_answer_is_taken_at_once():
    assert seen(a_trader(leverage=0.0), NORMAL, 0.0205) == [3.0, 2.9]


def test_a_raise_waits_for_three_closes_in_a_row_and_is_a_half_step():
    assert seen(a_trader(leverage=0.0), NORMAL, CALM, CALM, CALM) == [3.0, 3.0, 3.0, 3.5]


@pytest.mark.parametrize("between", [NORMAL, 0.0181], ids=["not above", "inside the dead band"])
def test_a_single_close_that_does_not_ask_starts_the_count_again(between):
    moves = seen(a_trader(leverage=0.0), NORMAL, CALM, CALM, between, CALM, CALM, CALM)

    assert moves == [3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.5]


def test_the_next_raise_comes_a_day_after_the_last():
    trader = a_trader(leverage=0.0)

    moves = seen(trader, NORMAL, *[CALM] * 30)

    assert moves.index(3.5) == 3
    assert moves.index(4.0) == 3 + 24
    assert set(moves) == {3.0, 3.5, 4.0}


@pytest.mark.parametrize(("volatility", "asked", "given"), [(0.0181, 3.3, 3.0), (0.0176, 3.4, 3.4)])
def test_a_raise_must_be_more_than_a_tenth_and_never_goes_beyond_the_answer(volatility, asked, given):
    moves = seen(a_trader(leverage=3.0), *[volatility] * 5)

    assert seen(a_trader(leverage=0.0), volatility) == [asked]
    assert moves[-1] == given


def test_leverage_does_not_rise_while_only_reducing_is_allowed():
    trader = a_trader(leverage=1.0)
    trader.desk.account[0]["equity_peak"] = 12_000.0  # a drawdown of 16.7 %

    moves = seen(trader, *[WILD] * 6)

    assert moves == [1.0] * 6
    assert trader.desk.breaker[0]["state"] == RiskState.REDUCE_ONLY


@pytest.mark.parametrize("volatility", [np.nan, -0.02, 0.0, np.inf])
def test_unknown_volatility_lowers_leverage_at_once(volatility):
    assert seen(a_trader(leverage=0.0), NORMAL, volatility) == [3.0, 1.0]


def test_the_equity_row_states_the_account_and_its_factors():
    trader = a_trader(leverage=0.0)
    trader.hold(-5_000, 120.0)
    trader.desk.account[0]["equity_peak"] = 10_500.0

    row = trader.marked(110.0, volatility=0.04)

    assert (row["cash"], row["unrealized_pnl"], row["equity"]) == (10_000.0, 50.0, 10_050.0)
    assert (row["gross_notional"], row["net_notional"]) == (550.0, -550.0)
    assert row["drawdown"] == pytest.approx(1 - 10_050 / 10_500)
    assert (row["volatility_factor"], row["drawdown_factor"], row["performance_factor"]) == (0.5, 1.0, 0.6)
    assert row["leverage"] == 1.5
    assert row["ts_ms"] == START_MS


def test_the_peak_is_kept_and_the_day_starts_at_midnight_utc():
    trader = a_trader()
    trader.hold(1_000, 100.0)
    trader.marked(200.0, at_ms=START_MS)

    trader.marked(150.0, at_ms=START_MS + 24 * HOUR_MS - 1)
    account = trader.desk.account[0]
    assert (account["equity_peak"], account["day_start_equity"]) == (10_100.0, 10_000.0)
    trader.marked(150.0, at_ms=START_MS + 24 * HOUR_MS)

    assert (account["equity_peak"], account["day_start_equity"]) == (10_100.0, 10_050.0)


def test_a_record_of_wins_raises_the_performance_factor_and_losses_lower_it():
    trader = a_trader()
    for _ in range(50):
        record_trade(trader.desk, 10.0)
    after_wins = float(trader.desk.state[0]["performance_factor"])

    for _ in range(100):
        record_trade(trader.desk, -10.0)

    assert after_wins == 1.2  # K = 1, halved twice
    assert trader.desk.state[0]["performance_factor"] == 0.6


def test_only_the_last_hundred_trades_count():
    trader, fresh = a_trader(), a_trader()
    for _ in range(300):
        record_trade(trader.desk, -10.0)
    for number in range(100):
        for one in (trader, fresh):
            record_trade(one.desk, 15.0 if number % 2 else -10.0)

    assert trader.desk.state[0]["performance_factor"] == fresh.desk.state[0]["performance_factor"]


def test_a_trade_that_earned_nothing_is_a_loss():
    trader = a_trader()

    for number in range(50):
        record_trade(trader.desk, 0.0 if number % 2 else 1.0)

    # 25 wins, 25 losses of nothing: the payoff is unknown, hence 1, hence break-even.
    assert trader.desk.state[0]["performance_factor"] == 0.6
