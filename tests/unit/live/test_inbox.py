"""News come before closes, and whoever waits knows when all has been dealt with."""

import asyncio

import pytest

from alphastrike.domain.errors import InvariantBroken
from alphastrike.domain.events import CashMoved
from alphastrike.live.inbox import Inbox, merged, news_until


async def closes(*names):
    for name in names:
        yield name


async def never():
    await asyncio.Event().wait()


async def test_news_that_are_there_come_before_the_next_close():
    inbox = Inbox()
    inbox.put(CashMoved(1, 1.0), CashMoved(2, 2.0))

    heard = [each async for each in merged(closes("a", "b"), inbox, never())]

    assert heard == [CashMoved(1, 1.0), CashMoved(2, 2.0), "a", "b"]


async def test_news_put_while_a_close_is_dealt_with_come_before_the_next():
    inbox, heard = Inbox(), []

    async for each in merged(closes("a", "b"), inbox, never()):
        heard.append(each)
        if each == "a":
            inbox.put(CashMoved(1, 1.0))

    assert heard == ["a", CashMoved(1, 1.0), "b"]


async def test_a_word_from_outside_ends_the_feed():
    async def endless():
        while True:
            await never()
            yield "never"

    told = asyncio.Event()
    asyncio.get_running_loop().call_soon(told.set)

    assert [each async for each in merged(endless(), Inbox(), told.wait())] == []


async def test_news_of_some_work_are_told_until_it_is_done():
    inbox = Inbox()

    async def work():
        inbox.put(CashMoved(1, 1.0))
        await inbox.drained()
        inbox.put(CashMoved(2, 2.0))

    assert [each async for each in news_until(inbox, work())] == [CashMoved(1, 1.0), CashMoved(2, 2.0)]


async def test_work_that_fails_fails_whoever_waits_for_it():
    async def work():
        raise InvariantBroken("broken")

    with pytest.raises(InvariantBroken):
        async for _ in news_until(Inbox(), work()):
            pass


async def test_a_fault_beside_the_feed_stops_it():
    inbox = Inbox()
    inbox.fail(InvariantBroken("broken"))

    with pytest.raises(InvariantBroken):
        async for _ in merged(closes("a"), inbox, never()):
            pass


async def test_an_inbox_is_drained_when_its_reader_asks_for_more():
    inbox = Inbox()
    inbox.put(CashMoved(1, 1.0))

    states = [inbox.is_drained, inbox.taken() is not None, inbox.is_drained, inbox.taken(), inbox.is_drained]

    assert states == [False, True, False, None, True]
