"""What wakes the breaker, and what does not."""

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.interventions import PORTFOLIO, Trigger
from alphastrike.llm.watch import Watch
from tests.breakers import a_call, a_decision_block, a_patient


def _fired(review):
    return [(one.scope, one.trigger) for one in review.fired] if review else []


def _silent(patient, review):
    patient.answer(review, a_call("no_action", reason="wait"))


def test_five_losses_in_a_row_fire_on_the_fifth_trade_of_all():
    patient = a_patient()

    patient.trade(-1.0, -1.0, -1.0, -1.0, symbol=2)
    fourth = patient.close()
    patient.trade(-1.0, symbol=2)
    fifth = patient.close()

    assert fourth is None
    assert _fired(fifth) == [(PORTFOLIO, Trigger.LOSING_STREAK), ("SOLUSDT", Trigger.LOSING_STREAK)]
    assert fifth.fired[0].samples == 5


def test_a_drawdown_fires_without_a_single_trade():
    patient = a_patient()

    before = patient.close(equity=8_501.0)
    beyond = patient.close(equity=8_499.0)

    assert before is None
    assert _fired(beyond) == [(PORTFOLIO, Trigger.DRAWDOWN)]
    assert beyond.fired[0].observed > 0.15


def test_an_open_position_counts_in_its_symbols_drawdown():
    patient = a_patient()
    patient.trader.hold(200_000, 100.0, symbol=1)
    patient.close()

    patient.trader.desk.positions[1]["mark_price"] = 92.0
    review = patient.close()

    assert _fired(review) == [("ETHUSDT", Trigger.DRAWDOWN)]
    assert abs(review.fired[0].observed - 0.16) < 1e-12


def test_the_win_rate_waits_for_its_own_least_number_of_trades_only():
    patient = a_patient(triggers={"losses": 50})

    patient.trade(*[1.0, -1.0, -1.0] * 3)
    ninth = patient.close()
    patient.trade(-1.0)
    tenth = patient.close()

    assert ninth is None
    assert (PORTFOLIO, Trigger.WIN_RATE) in _fired(tenth)
    assert tenth.fired[0].observed == 0.3


def test_the_win_rate_is_taken_over_the_last_trades():
    patient = a_patient(triggers={"losses": 50, "win_rate_trades": 10})

    patient.trade(*[-1.0] * 9, *[1.0] * 10)

    assert patient.close() is None


def test_a_break_even_trade_is_no_win():
    patient = a_patient()

    patient.trade(*[0.0] * 5)

    assert (PORTFOLIO, Trigger.LOSING_STREAK) in _fired(patient.close())


def test_a_trigger_fires_once_until_it_recovers():
    patient = a_patient(triggers={"cooldown_hours": 0, "win_rate_below": 0.01})
    patient.trade(*[-1.0] * 5)
    _silent(patient, patient.close())

    patient.trade(-1.0)
    still_losing = patient.close()
    patient.trade(1.0)
    recovered = patient.close()
    patient.trade(*[-1.0] * 5)
    again = patient.close()

    assert still_losing is None
    assert recovered is None
    assert (PORTFOLIO, Trigger.LOSING_STREAK) in _fired(again)


def test_a_recovered_trigger_still_waits_for_its_cooldown():
    patient = a_patient(triggers={"win_rate_below": 0.01})
    patient.trade(*[-1.0] * 5)
    _silent(patient, patient.close())
    patient.trade(1.0, *[-1.0] * 5)
    patient.close()

    early = patient.close(hours=22)
    on_time = patient.close(hours=1)

    assert early is None
    assert (PORTFOLIO, Trigger.LOSING_STREAK) in _fired(on_time)


def test_while_a_review_is_under_way_nothing_fires_and_nothing_is_lost():
    patient = a_patient()
    first = patient.close(equity=8_000.0)
    patient.trade(*[-1.0] * 5)
    meanwhile = patient.breaker.watch(first.event_time_ms + 10, a_decision_block())

    _silent(patient, first)
    afterwards = patient.close()

    assert meanwhile == ()
    assert (PORTFOLIO, Trigger.LOSING_STREAK) in _fired(afterwards)


def test_an_equity_that_is_no_number_is_beyond_every_limit():
    patient = a_patient()

    review = patient.close(equity=float("nan"))

    assert (PORTFOLIO, Trigger.DRAWDOWN) in _fired(review)


def test_a_watch_restored_from_a_snapshot_fires_as_if_it_had_never_stopped():
    patient = a_patient()
    patient.trade(*[-1.0] * 4)
    other = Watch.over(3, patient.breaker._config.triggers)

    other.restore(patient.watch.snapshot())

    assert other.snapshot() == patient.watch.snapshot()
    assert other.scopes["losses"].tolist() == [4, 4, 0, 0]


def test_a_watch_without_a_configuration_never_wakes():
    watch = Watch.over(3, None)

    assert watch.rules[0]["is_on"] == 0
    assert watch.clock[0]["wake_ms"] > 10**6 * HOUR_MS
