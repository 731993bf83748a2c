"""Episodes: decisions whose consequences overlap in market time, whatever run they were taken in.

Near-duplicates of one losing stretch are one episode, and an episode is never cut in two.
"""

from bisect import bisect_right
from collections.abc import Iterable

from alphastrike.traces.export.trace import Key


class Episodes:
    """The episode of every key; its name is the close of its first decision."""

    def __init__(self, keys: Iterable[Key], horizon_ms: int) -> None:
        """`horizon_ms` is how long a decision has consequences."""
        known = sorted({(key.event_ms, key.episode_id or "") for key in keys})
        self._starts: list[int] = []
        last_ms = None
        for event_ms, _ in known:
            if last_ms is None or event_ms >= last_ms + horizon_ms:
                self._starts.append(event_ms)
            last_ms = event_ms
        self._joined = list(range(len(self._starts)))
        first_of: dict[str, int] = {}
        for event_ms, episode_id in known:
            if episode_id:
                place = self._place(event_ms)
                self._join(first_of.setdefault(episode_id, place), place)

    def name_of(self, key: Key) -> str:
        """The same name for every decision of an episode."""
        return str(self._starts[self._root(self._place(key.event_ms))])

    def count(self) -> int:
        """How many there are."""
        return len({self._root(place) for place in range(len(self._starts))})

    def _place(self, event_ms: int) -> int:
        return bisect_right(self._starts, event_ms) - 1

    def _join(self, one: int, other: int) -> None:
        """Two stretches that a replay called one episode are one."""
        first, second = sorted((self._root(one), self._root(other)))
        self._joined[second] = first

    def _root(self, place: int) -> int:
        while self._joined[place] != place:
            place = self._joined[place]
        return place
