"""The breaker over time: it asks, hears, expires, is vetoed, and survives restarts."""

import math

import pytest

from alphastrike.domain.commands import AlertRaised
from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.events import InterventionProposed, InterventionRevoked
from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.interventions import Advice, Tool, Verdict
from alphastrike.domain.outcomes import Code, Halted
from tests.breakers import a_call, a_patient, a_review, report_of

HALVE = a_call("adjust_position_size", symbol="SOLUSDT", multiplier=0.5, reason="losing")


def test_an_intervention_ends_by_itself_and_leaves_no_trace():
    patient, review = a_review()
    patient.answer(review, HALVE, a_call("adjust_leverage", new_leverage=2))
    held = patient.restrained[-1]

    patient.close(hours=23)
    still = patient.book.multiplier("SOLUSDT")
    patient.close(hours=2)

    assert (held[0]["size_multiplier"].tolist(), held[1]) == ([1.0, 1.0, 0.5], 2.0)
    assert still == 0.5
    restraints, cap = patient.restrained[-1]
    assert restraints.tolist() == [(0.0, 1.0, 1, 1)] * 3
    assert cap == math.inf


def test_overlapping_interventions_combine_by_the_safest():
    patient, review = a_review()
    patient.answer(review, HALVE)
    later = a_call("adjust_position_size", symbol="SOLUSDT", multiplier=0.8)
    patient.trade(1.0, *[-1.0] * 5, symbol=2)
    second = patient.close(hours=23) or patient.close(hours=1)
    patient.answer(second, later, after_ms=1)

    together = patient.book.multiplier("SOLUSDT")
    patient.close(hours=2)
    alone = patient.book.multiplier("SOLUSDT")

    assert (together, alone) == (0.5, 0.8)


def test_an_answer_after_the_deadline_is_refused_and_the_rule_table_has_acted():
    patient, review = a_review()

    patient.close()
    step = patient.breaker.hear(
        InterventionProposed(review.deadline_ms + 1, review.review_id, Advice((HALVE,), "test", 1))
    )

    assert isinstance(step.outcomes[0], Halted)
    assert step.outcomes[0].code is Code.LATE_ADVICE
    reviewed = patient.breaker.history[0]
    assert (reviewed.advice.source, reviewed.advice.cause) == ("rules", "no_answer")
    assert any(one.verdict is not Verdict.REFUSED for one in reviewed.judgements)


def test_the_same_answer_twice_acts_once():
    patient, review = a_review()
    event = InterventionProposed(review.event_time_ms + 1, review.review_id, Advice((HALVE,), "test", 1))
    patient.breaker.hear(event)

    again = patient.breaker.hear(event)

    assert again.outcomes[0].code is Code.LATE_ADVICE
    assert len(patient.book.active) == 1


def test_an_alert_is_raised_once_and_cleaned():
    patient, review = a_review()
    alert = a_call("send_alert", severity="critical", message="stop\n\u202eall")

    step = patient.breaker.hear(
        InterventionProposed(review.event_time_ms + 1, review.review_id, Advice((alert, alert), "test", 1))
    )

    assert step.requests == (AlertRaised(review.event_time_ms + 1, "critical", "stop all"),)


def test_an_operator_ends_one_intervention_and_keeps_a_vetoed_one_out():
    patient, review = a_review()
    patient.answer(review, HALVE, a_call("disable_shorts", symbol="BTCUSDT"))
    ids = [one.intervention_id for one in patient.book.active]

    patient.breaker.hear(InterventionRevoked(patient.now_ms + 2_000, (ids[0],), is_veto=True))
    left = [one.tool for one in patient.book.active]
    patient.trade(1.0, *[-1.0] * 5, symbol=1)
    refused = patient.answer(patient.close(), HALVE)[0]

    assert left == [Tool.DISABLE_SHORTS]
    assert refused.code is Code.VETOED
    assert patient.restrained[-1][0]["size_multiplier"].tolist() == [1.0, 1.0, 1.0]


def test_an_operator_ends_all_of_them():
    patient, review = a_review()
    patient.answer(review, HALVE, a_call("disable_shorts", symbol="BTCUSDT"))

    patient.breaker.hear(InterventionRevoked(patient.now_ms + 2_000, (), is_veto=False))

    assert patient.book.active == []
    assert patient.book.vetoes == []
    assert set(patient.breaker.ended_early.values()) == {patient.now_ms + 2_000}
    assert len(patient.breaker.ended_early) == 2


def test_a_restart_keeps_what_is_in_force_and_ends_what_ran_out_meanwhile():
    patient, review = a_review()
    patient.answer(review, HALVE, a_call("disable_asset", symbol="BTCUSDT", duration_hours=4))
    other = a_patient()

    other.breaker.restore(patient.breaker.snapshot())
    at_once = other.restrained[-1][0].tolist()
    other.now_ms = patient.now_ms
    other.close(hours=5)

    assert at_once == patient.restrained[-1][0].tolist()
    assert [one.tool for one in other.book.active] == [Tool.ADJUST_POSITION_SIZE]
    assert other.restrained[-1][0]["entries_allowed"].tolist() == [1, 1, 1]


def test_a_restart_while_a_review_is_open_still_hears_its_answer():
    patient, review = a_review()
    other = a_patient()

    other.breaker.restore(patient.breaker.snapshot())
    other.answer(review, HALVE)

    assert other.book.multiplier("SOLUSDT") == 0.5
    assert other.breaker.history[0].request == review


def test_a_state_of_another_version_is_not_half_read():
    patient, _ = a_review()

    with pytest.raises(InvariantBroken, match="schema_version"):
        patient.book.read_json('{"schema_version": 99}')


def test_the_report_says_what_holds_and_what_happened():
    patient, review = a_review()
    patient.answer(review, HALVE)
    patient.trade(1.0, *[-1.0] * 5, symbol=1)

    report = report_of(patient.close())

    assert report.symbols[0].symbol == "ETHUSDT"
    assert [(one.tool, one.symbol, one.value) for one in report.interventions] == [
        ("adjust_position_size", "SOLUSDT", 0.5)
    ]
    sol = next(one for one in report.symbols if one.symbol == "SOLUSDT")
    assert (sol.size_multiplier, sol.record.trades, sol.record.losses_in_a_row) == (0.5, 5, 5)
    assert report.account.record.trades == 11
    assert report.interventions[0].hours_left == pytest.approx(24 - (HOUR_MS - 1_000) / HOUR_MS, abs=1e-5)
