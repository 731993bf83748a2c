"""One source, many readers: each gets a mailbox of its own, filled from the moment it asks."""

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakSet

from alphastrike.transport.mailbox import Mailbox

T = TypeVar("T")


class _Filtered(Mailbox[T]):
    def __init__(self, wants: Callable[[T], bool] | None, most: int, *, drops_oldest: bool) -> None:
        super().__init__(most, drops_oldest=drops_oldest)
        self._wants = wants

    def put(self, message: T) -> None:
        if self._wants is None or self._wants(message):
            super().put(message)


class Broadcast(Generic[T]):
    """Mailboxes that nobody holds any more are forgotten."""

    def __init__(self, *, drops_oldest: bool, most: int = 10_000) -> None:
        """Start without readers. Streams of the account never drop, those of the market keep the newest."""
        self._drops_oldest = drops_oldest
        self._most = most
        self._boxes: WeakSet[Mailbox[T]] = WeakSet()

    def reader(self, wants: Callable[[T], bool] | None = None) -> Mailbox[T]:
        """A mailbox that receives from now on."""
        box: Mailbox[T] = _Filtered(wants, self._most, drops_oldest=self._drops_oldest)
        self._boxes.add(box)
        return box

    def put(self, message: T) -> None:
        """Give a message to every reader."""
        for box in tuple(self._boxes):
            box.put(message)

    @property
    def has_room(self) -> bool:
        """Whether every reader can take one more."""
        return self._drops_oldest or all(box.has_room for box in self._boxes)

    async def room(self) -> None:
        """Wait until every reader can take one more."""
        for box in tuple(self._boxes):
            if not box.has_room:
                await box.room()

    def end(self) -> None:
        """End every reader's stream after what it still holds."""
        for box in tuple(self._boxes):
            box.end()
        self._boxes.clear()
