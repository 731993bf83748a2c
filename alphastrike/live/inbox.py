"""News that wait for the driver, and the one order in which closes and news reach it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from typing import Any

from alphastrike.domain.events import Event
from alphastrike.live.news import Noted, Word
from alphastrike.live.parts import Heard

News = Event | Noted | Word


class Inbox:
    """Events in the order they were put. `drained` waits until whoever reads has dealt with them all."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: deque[News] = deque()
        self._arrived = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._fault: BaseException | None = None

    @property
    def is_drained(self) -> bool:
        """Whether nothing waits and nothing is being dealt with."""
        return self._empty.is_set()

    def put(self, *news: News) -> None:
        """Leave news."""
        self._waiting.extend(news)
        if self._waiting:
            self._arrived.set()
            self._empty.clear()

    def fail(self, fault: BaseException) -> None:
        """Whoever reads is to stop: what should have brought news is broken."""
        self._fault = self._fault or fault
        self._arrived.set()

    def taken(self) -> News | None:
        """The oldest news, None when there is none; asking again says that the last was dealt with."""
        if self._fault is not None:
            raise self._fault
        if self._waiting:
            return self._waiting.popleft()
        self._arrived.clear()
        self._empty.set()
        return None

    async def arrival(self) -> None:
        """Wait until something is there."""
        await self._arrived.wait()

    async def drained(self) -> None:
        """Wait until everything put so far has been dealt with."""
        await self._empty.wait()


async def merged(
    closes: AsyncIterator[Heard], inbox: Inbox, told: Awaitable[None]
) -> AsyncIterator[Heard | News]:
    """News as they come, closes in between; what has arrived is told first.

    Ends with the closes, or when `told` is done.
    """
    close: asyncio.Future[Heard] = asyncio.ensure_future(anext(closes))
    arrival = asyncio.ensure_future(inbox.arrival())
    ending = asyncio.ensure_future(told)
    try:
        while True:
            while (news := inbox.taken()) is not None:
                yield news
            await _any_of(close, arrival, ending)
            if arrival.done():
                arrival = asyncio.ensure_future(inbox.arrival())
                continue
            if ending.done():
                return
            try:
                heard = close.result()
            except StopAsyncIteration:
                return
            yield heard
            close = asyncio.ensure_future(anext(closes))
    finally:
        await _dropped(close, arrival, ending)


async def news_until(inbox: Inbox, work: Awaitable[None]) -> AsyncIterator[News]:
    """News as they come until some work is done, and those it left."""
    working = asyncio.ensure_future(work)
    arrival = asyncio.ensure_future(inbox.arrival())
    try:
        while True:
            while (news := inbox.taken()) is not None:
                yield news
            if working.done():
                working.result()
                return
            await _any_of(working, arrival)
            if arrival.done():
                arrival = asyncio.ensure_future(inbox.arrival())
    finally:
        await _dropped(working, arrival)


async def _any_of(*waiting: "asyncio.Future[Any]") -> None:
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)


async def _dropped(*waiting: "asyncio.Future[Any]") -> None:
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
