"""A stream stays alive, notices silence, and changes its connection without losing a message."""

import asyncio

import numpy as np
import pytest

from alphastrike.domain.streams import StreamState
from alphastrike.transport.broadcast import Broadcast
from alphastrike.transport.clock import LoopClock
from alphastrike.transport.mailbox import Mailbox
from alphastrike.transport.sockets import SocketClosed
from alphastrike.transport.stream import Stream, StreamTerms, TopicTerms
from alphastrike.transport.stream_board import StreamBoard
from alphastrike.transport.virtual_time import run_in_simulated_time


class Ticking:
    """A venue that numbers its messages by the tenth of a second, the same on every connection."""

    def __init__(self, *, silent=(), dies_after_s=None):
        self.silent, self.dies_after_s = set(silent), dies_after_s
        self.opened, self.said = 0, []

    async def connect(self, url, headers):
        self.opened += 1
        return TickingSocket(self, self.opened)


class TickingSocket:
    def __init__(self, venue, number):
        self.venue, self.number, self.is_open = venue, number, True
        self.loop = asyncio.get_running_loop()
        self.since = self.loop.time()
        self.next = int(self.since * 10) + 1

    async def send(self, text):
        self.venue.said.append(text)

    async def receive(self):
        if self.number in self.venue.silent:
            await asyncio.sleep(1e6)
        await asyncio.sleep(max(0.0, self.next / 10 - self.loop.time()))
        lived = self.loop.time() - self.since
        if not self.is_open or (self.venue.dies_after_s and lived > self.venue.dies_after_s):
            raise SocketClosed("gone")
        self.next += 1
        return str(self.next - 1)

    async def close(self):
        self.is_open = False


class Script:
    """Keeps every number it has not seen."""

    def __init__(self):
        self.heard, self.restarts = [], 0

    async def address(self):
        return "wss://venue.test", {}

    def greetings(self):
        return ("hello",)

    def topics(self):
        return (TopicTerms("numbers", first_message_s=5.0, max_silence_s=5.0),)

    def take(self, frame):
        if not self.heard or int(frame) > self.heard[-1]:
            self.heard.append(int(frame))
        return "numbers", ()

    def ping(self):
        return "ping"

    def opened(self):
        self.restarts += 1

    has_room = True

    async def room(self):
        return None


def run(venue, seconds, **terms):
    async def work():
        board, script = StreamBoard(LoopClock(0)), Script()
        changes = board.changes()
        stream = Stream(script, venue, board, np.random.default_rng(1), StreamTerms(**terms))
        stream.start()
        stream.start()
        await asyncio.sleep(seconds)
        await stream.close()
        board.end()
        return script, [change.state async for change in changes]

    return run_in_simulated_time(work())


def test_states_go_from_connecting_to_live_and_end_closed():
    _, states = run(Ticking(), 3)

    assert states == [
        StreamState.CONNECTING,
        StreamState.SUBSCRIBED,
        StreamState.LIVE,
        StreamState.CLOSED,
    ]


def test_an_acknowledged_connection_that_stays_silent_is_left_at_its_deadline():
    script, states = run(Ticking(silent=[1]), 10)

    assert StreamState.STALE in states
    assert states[-2] is StreamState.LIVE
    assert script.restarts == 2


def test_a_lost_connection_comes_back():
    venue = Ticking(dies_after_s=2)

    script, states = run(venue, 30)

    assert venue.opened >= 4
    assert states.count(StreamState.LIVE) >= 4
    assert script.heard[-1] > 200


def test_a_planned_rotation_loses_no_message_and_never_stops_being_live():
    venue = Ticking()

    script, states = run(venue, 100, rotate_after_s=20)

    assert venue.opened >= 4
    assert script.heard == list(range(script.heard[0], script.heard[-1] + 1))
    assert states.count(StreamState.STALE) == 0
    assert script.restarts == 1


def test_a_rotation_onto_a_silent_connection_keeps_the_old_one():
    script, states = run(Ticking(silent=[2]), 60, rotate_after_s=20)

    assert states.count(StreamState.STALE) == 0
    assert script.heard == list(range(script.heard[0], script.heard[-1] + 1))


def test_the_application_ping_is_sent_when_due():
    venue = Ticking()

    run(venue, 10, ping_every_s=3)

    assert venue.said.count("ping") == 3


async def test_a_mailbox_of_account_events_never_drops_and_makes_the_reader_wait():
    box = Mailbox(2)
    for number in range(3):
        box.put(number)

    assert not box.has_room
    waiting = asyncio.create_task(box.room())
    read = [await anext(box), await anext(box)]
    await waiting
    box.end()

    assert read == [0, 1]
    assert [each async for each in box] == [2]


async def test_a_mailbox_of_market_data_keeps_the_newest():
    box = Mailbox(2, drops_oldest=True)
    for number in range(5):
        box.put(number)
    box.end()

    assert [each async for each in box] == [3, 4]


async def test_every_reader_gets_what_it_wants_and_the_room_of_the_slowest_counts():
    source = Broadcast(drops_oldest=False, most=1)
    odd, everything = source.reader(lambda number: number % 2), source.reader()
    source.put(1)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(source.room(), 0.01)
    source.put(2)
    source.end()

    assert [each async for each in odd] == [1]
    assert [each async for each in everything] == [1, 2]
