"""Long work can be watched and stopped."""

import os
import signal

import pytest

from alphastrike.cli.attention import StopAsked, watched


@pytest.fixture(autouse=True)
def interrupts():
    """Interrupts as on a terminal, wherever these tests themselves were started from."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_work_that_nobody_stops_runs_through():
    with watched("work") as step:
        for done in range(3):
            step(done, 3)

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_interrupt_stops_at_the_next_step_and_not_before(capsys):
    reached = []

    with pytest.raises(StopAsked):
        _interrupted_work(reached)

    assert reached == ["the step in hand was finished"]
    assert "work stopped at 2 of 3" in capsys.readouterr().err


def _interrupted_work(reached):
    with watched("work") as step:
        step(1, 3)
        os.kill(os.getpid(), signal.SIGINT)
        reached.append("the step in hand was finished")
        step(2, 3)
        reached.append("too far")


def test_a_second_interrupt_is_left_to_the_system():
    with watched("work"):
        os.kill(os.getpid(), signal.SIGINT)
        after_the_first = signal.getsignal(signal.SIGINT)

    assert after_the_first is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_background_job_goes_on_ignoring_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    with watched("work") as step:
        os.kill(os.getpid(), signal.SIGINT)
        step(1, 1)

    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
