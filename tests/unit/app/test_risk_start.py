"""A run starts from a saved risk state: an upper bound on another account or another clock too."""

import copy
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphastrike.app.risk_start import FRESH, RiskStart, begin_risk, find_risk
from alphastrike.app.risk_state_file import STATE_FILE, save_risk
from alphastrike.domain.risk_states import RiskState, Trigger
from alphastrike.risk.saved_state import saved_state
from tests.builders import START_MS
from tests.desks import a_trader

SYMBOLS = ("BTCUSDT",)
HOUR_MS = 3_600_000


def a_saved_desk(*, equity: float = 8_000.0, peak: float = 10_000.0, leverage: float = 2.0):
    desk = a_trader(leverage=leverage).desk
    account = desk.account[0]
    account["equity"], account["equity_peak"], account["day_start_equity"] = equity, peak, 8_100.0
    account["day"] = START_MS // 86_400_000
    return desk


def started(desk, *, now_ms: int = START_MS, is_new_account: bool = True):
    again = a_trader(leverage=0.0)
    start = RiskStart(saved_state(desk, SYMBOLS, START_MS))
    assert begin_risk(again.desk, now_ms, start, is_new_account=is_new_account) is None
    return again


def test_a_new_account_stands_in_the_saved_drawdown():
    again = started(a_saved_desk(equity=7_500.0))

    row = again.marked(100.0)

    assert again.desk.account[0]["equity_peak"] == pytest.approx(13_333.33, abs=0.01)
    assert row["drawdown"] == pytest.approx(0.25)
    assert again.desk.breaker[0]["state"] == RiskState.HALTED


def test_a_new_account_stands_in_the_saved_loss_of_the_day():
    again = started(a_saved_desk(equity=7_800.0, peak=8_100.0))

    again.marked(100.0)

    assert (again.desk.breaker[0]["trigger"], again.desk.breaker[0]["observed"]) == (
        Trigger.DAY_LOSS,
        pytest.approx(1 - 7_800 / 8_100),
    )


def test_on_the_same_account_what_came_in_between_is_profit_or_loss():
    again = started(a_saved_desk(), is_new_account=False)

    assert again.desk.account[0]["equity_peak"] == 10_000.0
    assert again.marked(100.0)["drawdown"] == 0.0


def test_no_equity_to_carry_over_leaves_the_peak_where_it_was_and_more():
    again = started(a_saved_desk(equity=0.0))

    assert again.desk.account[0]["equity_peak"] == 20_000.0


def test_on_a_clock_that_went_back_waiting_begins_anew():
    desk = a_saved_desk(equity=10_000.0)
    desk.account[0]["day_start_equity"] = 10_000.0
    breaker = desk.breaker[0]
    breaker["state"], breaker["since_ms"] = RiskState.COOLDOWN, START_MS + 9_000 * HOUR_MS
    breaker["asked_ms"] = desk.state[0]["last_raise_ms"] = breaker["since_ms"]

    again = started(desk)

    assert again.desk.state[0]["last_raise_ms"] == again.desk.breaker[0]["asked_ms"] == START_MS
    again.marked(100.0, at_ms=START_MS + 23 * HOUR_MS)
    assert again.desk.breaker[0]["state"] == RiskState.COOLDOWN
    again.marked(100.0, at_ms=START_MS + 25 * HOUR_MS)
    assert again.desk.breaker[0]["state"] == RiskState.NORMAL


def test_the_cap_of_an_intervention_ends_with_its_run_and_leverage_stays_where_it_put_it():
    desk = a_saved_desk(equity=10_000.0, leverage=1.5)
    desk.state[0]["leverage_cap"] = 1.5

    again = started(desk)

    assert again.desk.state[0]["leverage_cap"] == math.inf
    assert again.marked(100.0)["leverage"] == 1.5


def test_a_journal_gives_back_the_start_it_was_given(tmp_path):
    save_risk(a_saved_desk(), SYMBOLS, START_MS, tmp_path)
    whole = find_risk(tmp_path)
    (tmp_path / STATE_FILE).write_text("{}")
    broken = find_risk(tmp_path)

    assert FRESH.text() == ""
    assert [RiskStart.parsed(start.text()) for start in (FRESH, whole, broken)] == [FRESH, whole, broken]
    assert broken.account["equity_peak"] == 10_000.0


def test_a_new_account_halted_without_a_state_keeps_the_drawdown_a_copy_knows(tmp_path):
    save_risk(a_saved_desk(), SYMBOLS, START_MS, tmp_path)
    (tmp_path / STATE_FILE).write_text("{}")
    again = a_trader(leverage=0.0)

    fault = begin_risk(again.desk, START_MS, find_risk(tmp_path), is_new_account=True)

    assert "damaged" in fault
    assert again.marked(100.0)["drawdown"] == pytest.approx(0.2)
    assert again.desk.state[0]["leverage"] == 1.0


def places(state, path=()):
    """Every place in a state, inner ones too."""
    for key, value in state.items() if isinstance(state, dict) else enumerate(state):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


WHOLE = json.loads(json.dumps(saved_state(a_saved_desk(), SYMBOLS, START_MS)))
GONE = object()
values = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=5)
anything = values | st.lists(values, max_size=3) | st.just({}) | st.just(GONE)


@given(st.sampled_from(list(places(WHOLE))), anything, st.booleans())
def test_no_value_in_a_saved_state_makes_a_start_fail_or_leverage_rise(place, value, is_new_account):
    state = copy.deepcopy(WHOLE)
    inner = state
    for key in place[:-1]:
        inner = inner[key]
    if value is GONE:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    desk = a_trader(leverage=0.0).desk

    fault = begin_risk(desk, START_MS, RiskStart(state), is_new_account=is_new_account)

    leverage = float(desk.state[0]["leverage"])
    assert 0.0 < leverage <= desk.rules[0]["highest"]
    assert desk.account[0]["equity_peak"] >= 10_000.0
    if fault is None:
        assert place == ("leverage",) or leverage == 2.0
    else:
        assert (leverage, desk.breaker[0]["state"]) == (1.0, RiskState.HALTED)
