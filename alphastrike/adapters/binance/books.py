"""Order books of Binance: buffer, snapshot, then every change checked; unusable from the first gap on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self

from alphastrike.domain.errors import VenueError
from alphastrike.domain.market import UnifiedOrderBook
from alphastrike.domain.streams import StreamState
from alphastrike.transport.order_book import Applied, BookDelta, SequencedBook, levels_of
from alphastrike.transport.stream_board import StreamBoard

_DEPTH = 20
_MOST_BUFFERED = 5_000
_WAIT_S = 0.5
_EVENTS_FIRST = 2  # before the snapshot is asked for, so that one of them reaches back to it

Snapshot = Callable[[str], Awaitable[Mapping[str, Any]]]


class LatestBooks:
    """Books for one reader: always the newest state, put into values only when it is read."""

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self._changed: dict[str, SequencedBook] = {}
        self._news = asyncio.Event()
        self._has_ended = False

    def mark(self, book: SequencedBook) -> None:
        """A book changed."""
        self._changed[book.symbol] = book
        self._news.set()

    def end(self) -> None:
        """No more will come."""
        self._has_ended = True
        self._news.set()

    def __aiter__(self) -> Self:
        """Read as they change."""
        return self

    async def __anext__(self) -> UnifiedOrderBook:
        """The best levels of a book that changed and is whole."""
        while True:
            while self._changed:
                book = self._changed.pop(next(iter(self._changed)))
                if book.is_usable:
                    return book.top(_DEPTH)
            if self._has_ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()


class LiveBooks:
    """The books of one connection."""

    def __init__(
        self,
        symbols: Sequence[str],
        snapshot: Snapshot,
        board: StreamBoard,
        publish: Callable[[SequencedBook], None],
    ) -> None:
        """Follow nothing yet."""
        self._books = {symbol: SequencedBook(symbol) for symbol in symbols}
        self._topics = {symbol: topic_of(symbol) for symbol in symbols}
        self._buffers: dict[str, list[BookDelta]] = {symbol: [] for symbol in symbols}
        self._syncing: dict[str, asyncio.Task[None]] = {}
        self._snapshot = snapshot
        self._board = board
        self._publish = publish

    def restart(self) -> None:
        """A connection was lost: nothing is whole any more."""
        for symbol, book in self._books.items():
            book.spoil()
            self._buffers[symbol].clear()

    def take(self, delta: Any) -> str:
        """Take a change as `depth_of` reads it."""
        symbol: str = delta.symbol
        book = self._books.get(symbol)
        if book is None:
            return ""
        if not book.is_usable:
            self._wait_for_snapshot(symbol, delta)
        elif (applied := book.apply(delta)) is Applied.APPLIED:
            self._publish(book)
        elif applied is not Applied.OLD:
            self._board.set(topic_of(symbol), StreamState.STALE, applied.value)
            self._wait_for_snapshot(symbol, delta)
        return self._topics[symbol]

    async def close(self) -> None:
        """Stop syncing."""
        tasks = tuple(self._syncing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _wait_for_snapshot(self, symbol: str, delta: BookDelta) -> None:
        buffer = self._buffers[symbol]
        buffer.append(delta)
        del buffer[:-_MOST_BUFFERED]
        if symbol not in self._syncing:
            task = asyncio.create_task(self._sync(symbol))
            self._syncing[symbol] = task
            task.add_done_callback(lambda _: self._syncing.pop(symbol, None))

    async def _sync(self, symbol: str) -> None:
        book, buffer = self._books[symbol], self._buffers[symbol]
        while not book.is_usable:
            if self._board.state(topic_of(symbol)) is StreamState.STALE:
                self._board.set(topic_of(symbol), StreamState.SYNCING)
            while len(buffer) < _EVENTS_FIRST:
                await asyncio.sleep(_WAIT_S / 10)
            try:
                answer = await self._snapshot(symbol)
            except VenueError:
                await asyncio.sleep(_WAIT_S)
                continue
            if not self._load(book, answer, buffer):
                await asyncio.sleep(_WAIT_S)
        self._board.set(topic_of(symbol), StreamState.LIVE)
        self._publish(book)

    def _load(self, book: SequencedBook, answer: Mapping[str, Any], buffer: list[BookDelta]) -> bool:
        """Put the buffered changes on a snapshot; false when they do not fit."""
        time_ms = int(answer.get("E", 0))
        bids, asks = levels_of(answer["bids"]), levels_of(answer["asks"])
        book.load(int(answer["lastUpdateId"]), bids, asks, time_ms)
        applied = [book.apply(delta) for delta in buffer]
        buffer.clear()
        if not book.is_usable or Applied.APPLIED not in applied:
            book.spoil()  # nothing has shown yet that the stream reaches the snapshot
            return False
        return True


def topic_of(symbol: str) -> str:
    """The topic of a symbol's book."""
    return f"book:{symbol}"
