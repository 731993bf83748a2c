"""Messages on their way to a reader: bounded, and never at the cost of one that matters."""

import asyncio
from collections import deque
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """An async iterator over what is put in; ends after `end`, what is left is still delivered.

    With `drops_oldest` the newest `most` messages are kept: for market data, of which the latest counts.
    Without, nothing is dropped: `has_room` turns false at `most`, and whoever reads the socket must wait
    for `room` before it reads on, so that the pressure reaches the venue's side of the connection.
    """

    def __init__(self, most: int = 10_000, *, drops_oldest: bool = False) -> None:
        """Start empty."""
        self._unread: deque[T] = deque(maxlen=most if drops_oldest else None)
        self._most = most
        self._drops_oldest = drops_oldest
        self._has_ended = False
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def has_room(self) -> bool:
        """Whether one more message fits without loss."""
        return self._drops_oldest or len(self._unread) < self._most

    async def room(self) -> None:
        """Wait until there is room."""
        while not self.has_room and not self._has_ended:
            self._room.clear()
            await self._room.wait()

    def put(self, message: T) -> None:
        """Add a message."""
        self._unread.append(message)
        self._news.set()

    def end(self) -> None:
        """No more will come."""
        self._has_ended = True
        self._news.set()
        self._room.set()

    def __aiter__(self) -> Self:
        """Read in order."""
        return self

    async def __anext__(self) -> T:
        """The oldest unread message."""
        while not self._unread:
            if self._has_ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        message = self._unread.popleft()
        self._room.set()
        return message
