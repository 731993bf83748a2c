"""Requests keep the venue's rules, and no write is ever sent twice."""

import asyncio

import numpy as np
import pytest

from alphastrike.domain.errors import (
    ClockSkewed,
    VenueBanned,
    VenueOutcomeUnknown,
    VenueRejected,
    VenueThrottled,
    VenueUnreachable,
)
from alphastrike.transport.client import Call, Patience, Surroundings, VenueClient
from alphastrike.transport.clock import LoopClock
from alphastrike.transport.limits import RateRule
from alphastrike.transport.virtual_time import run_in_simulated_time
from alphastrike.transport.wire import HttpRequest
from tests.scripted_wire import ScriptedSender, lost, refused, reply

START_MS = 1_700_000_000_000
READ = Call("GET", "/things", costs={"weight": 1})
WRITE = Call("POST", "/order", costs={"weight": 1})


class Rules:
    """A venue that says {"code": n} for faults: 1 is no, 2 is its clock, 3 is unknown outcome."""

    def prepare(self, call, now_ms):
        return HttpRequest(call.method, f"https://venue.test{call.path}?t={now_ms}")

    def fault(self, call, reply, body):
        code = body.get("code") if isinstance(body, dict) else None
        if reply.status >= 500:
            return VenueUnreachable(f"HTTP {reply.status}")
        return {1: VenueRejected("no"), 2: ClockSkewed("late"), 3: VenueOutcomeUnknown("a1", "test")}.get(
            code
        )

    def server_time_call(self):
        return Call("GET", "/time")

    def server_time_ms(self, body):
        return body["now"]

    def spent(self, reply):
        return {"weight": float(reply.headers["used"])} if "used" in reply.headers else {}


def run(check, *script, tokens=100):
    sender = ScriptedSender(*script)

    async def work():
        around = Surroundings(sender, LoopClock(START_MS), np.random.default_rng(1))
        client = VenueClient("test", Rules(), (RateRule("weight", tokens, 10),), around, Patience(attempts=3))
        return await check(client)

    return run_in_simulated_time(work()), sender


async def elapsed(work):
    loop = asyncio.get_running_loop()
    before = loop.time()
    await work
    return loop.time() - before


def test_a_read_is_asked_again_until_it_is_answered():
    answer, sender = run(lambda client: client.read(READ), lost(), reply(503), reply(body=b'{"a":1}'))

    assert answer == {"a": 1}
    assert len(sender.sent) == 3


def test_a_read_gives_up_after_its_attempts():
    with pytest.raises(VenueUnreachable):
        run(lambda client: client.read(READ), lost(), lost(), lost(), reply())


def test_a_refusal_is_not_asked_again():
    with pytest.raises(VenueRejected):
        run(lambda client: client.read(READ), reply(400, b'{"code":1}'), reply())


@pytest.mark.parametrize(
    "answer", [lost(), reply(200, b"<html>"), reply(200, b'{"orderId":'), reply(200, b'{"code":3}')]
)
def test_a_write_without_a_clear_answer_is_unknown_and_not_sent_again(answer):
    sender = ScriptedSender(answer, reply())

    async def work():
        around = Surroundings(sender, LoopClock(START_MS), np.random.default_rng(1))
        client = VenueClient("test", Rules(), (RateRule("weight", 9, 9),), around)
        with pytest.raises(VenueOutcomeUnknown, match="a1"):
            await client.write(WRITE, "a1")

    run_in_simulated_time(work())

    assert len(sender.sent) == 1


def test_a_write_that_never_left_is_unreachable():
    with pytest.raises(VenueUnreachable, match="not sent"):
        run(lambda client: client.write(WRITE, "a1"), refused(), reply())


def test_a_throttled_read_waits_as_long_as_the_venue_asks():
    waited, sender = run(lambda client: elapsed(client.read(READ)), reply(429, retry_after=7), reply())

    assert waited == pytest.approx(7.0, abs=0.1)
    assert len(sender.sent) == 2


def test_a_throttled_write_is_not_sent_again():
    with pytest.raises(VenueThrottled) as fault:
        run(lambda client: client.write(WRITE, "a1"), reply(429, retry_after=7), reply())

    assert fault.value.retry_after_s == 7.0


def test_a_ban_stops_everything_until_it_ends():
    async def check(client):
        for call in (READ, READ, READ):
            with pytest.raises(VenueBanned):
                await client.read(call)
        with pytest.raises(VenueBanned):
            await client.write(WRITE, "a1")
        sent_while_banned = len(client._around.sender.sent)
        await asyncio.sleep(121)
        return sent_while_banned, await client.read(READ)

    (sent, answer), _ = run(check, reply(418, retry_after=120), reply(body=b'{"a":2}'))

    assert sent == 1
    assert answer == {"a": 2}


def test_the_clock_is_measured_at_the_midpoint_and_again_when_the_venue_complains():
    later = f'{{"now":{START_MS + 5_000}}}'.encode()
    signed = Call("GET", "/account", is_signed=True)

    async def check(client):
        await client.read(signed)
        return client.venue_clock.offset_ms

    offset, sender = run(
        check,
        reply(body=f'{{"now":{START_MS}}}'.encode()),
        reply(400, b'{"code":2}'),
        reply(body=later),
        reply(),
    )

    assert offset == pytest.approx(5_000, abs=5)
    assert [request.url.split("?")[0].rpartition("/")[2] for request in sender.sent] == [
        "time", "account", "time", "account",
    ]  # fmt: skip


def test_the_clock_is_measured_as_patiently_as_anything_is_read():
    now = f'{{"now":{START_MS + 3_000}}}'.encode()

    async def check(client):
        await client.sync_clock(force=True)
        return client.venue_clock.offset_ms

    offset, sender = run(check, reply(body=b"\x1f\x8b"), lost(), reply(body=now))

    assert 0 < offset < 3_000  # what is left of three seconds after the waits
    assert len(sender.sent) == 3


def test_an_order_does_not_wait_for_a_new_measurement_of_the_clock():
    now = f'{{"now":{START_MS}}}'.encode()
    read, write = Call("GET", "/account", is_signed=True), Call("POST", "/order", is_signed=True)

    async def check(client):
        await client.write(write, "a1")
        for hours in (1, 12):
            await asyncio.sleep(hours * 3_600)
            await client.write(write, "a2")
        await asyncio.sleep(600)
        await client.read(read)

    _, sender = run(
        check, reply(body=now), reply(), reply(), reply(body=now), reply(), reply(body=now), reply()
    )

    assert [request.url.split("?")[0].rpartition("/")[2] for request in sender.sent] == [
        "time", "order", "order", "time", "order", "time", "account",
    ]  # fmt: skip


def test_a_bucket_makes_the_request_wait_that_it_cannot_pay():
    async def check(client):
        return [await elapsed(client.read(READ)) for _ in range(4)]

    waits, _ = run(check, *[reply()] * 4, tokens=2)

    assert waits[:2] == [0, 0]
    assert waits[2] == pytest.approx(5.0, abs=0.1)


def test_the_venues_own_count_wins_when_it_is_higher():
    async def check(client):
        await client.read(READ)
        return await elapsed(client.read(READ))

    waited, _ = run(check, reply(used=100), reply())

    assert waited == pytest.approx(0.1, abs=0.01)
