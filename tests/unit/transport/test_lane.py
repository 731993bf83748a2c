"""Requests in single file."""

import asyncio

import pytest

from alphastrike.transport.lane import PATIENCE_S, Lane
from alphastrike.transport.virtual_time import run_in_simulated_time


async def _ask(lane, log, name, took_s, *, is_order=False):
    async with lane.turn(is_order=is_order):
        log.append((name, asyncio.get_running_loop().time()))
        await asyncio.sleep(took_s)


def asked(*requests):
    """Start all requests at once; who went when, in seconds."""

    async def run():
        lane, log = Lane(), []
        begun = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as tasks:
            for name, took_s, is_order in requests:
                tasks.create_task(_ask(lane, log, name, took_s, is_order=is_order))
        return [(name, pytest.approx(at - begun, abs=1e-6)) for name, at in log]

    return run_in_simulated_time(run())


def test_one_goes_when_the_one_before_is_answered():
    assert asked(("a", 0.2, False), ("b", 0.3, False), ("c", 0.1, False)) == [
        ("a", 0.0),
        ("b", 0.2),
        ("c", 0.5),
    ]


def test_an_order_passes_the_questions_that_wait():
    assert asked(("a", 0.2, False), ("b", 0.1, False), ("order", 0.1, True)) == [
        ("a", 0.0),
        ("order", 0.2),
        ("b", pytest.approx(0.3)),
    ]


def test_an_order_does_not_wait_for_an_answer_that_does_not_come():
    went = asked(("hangs", 10.0, False), ("order", 0.1, True), ("b", 0.1, False))

    assert went == [("hangs", 0.0), ("order", PATIENCE_S), ("b", 10.0)]


def test_who_gives_up_waiting_holds_up_nobody():
    async def run():
        lane, log = Lane(), []
        first = asyncio.create_task(_ask(lane, log, "a", 0.2))
        await asyncio.sleep(0)
        gone = asyncio.create_task(_ask(lane, log, "gone", 0.2))
        last = asyncio.create_task(_ask(lane, log, "b", 0.2))
        await asyncio.sleep(0.1)
        gone.cancel()
        await asyncio.gather(first, last)
        return [name for name, _ in log]

    assert run_in_simulated_time(run()) == ["a", "b"]


def test_who_is_called_and_cancelled_at_once_calls_the_next():
    async def run():
        lane, log = Lane(), []
        held = lane.turn(is_order=False)
        await held.__aenter__()
        called = asyncio.create_task(_ask(lane, log, "called", 0.2))
        last = asyncio.create_task(_ask(lane, log, "b", 0.2))
        await asyncio.sleep(0)
        await held.__aexit__(None, None, None)
        called.cancel()
        await last
        return [name for name, _ in log]

    assert run_in_simulated_time(run()) == ["b"]


def test_a_failure_lets_the_next_one_go():
    async def run():
        lane, log = Lane(), []
        with pytest.raises(ZeroDivisionError):
            async with lane.turn(is_order=False):
                raise ZeroDivisionError
        await _ask(lane, log, "b", 0.1)
        return [name for name, _ in log]

    assert run_in_simulated_time(run()) == ["b"]
