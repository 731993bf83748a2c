"""Reading a range of time from a venue that answers a page at a time, whichever end it starts from."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

Row = TypeVar("Row")


def pieces(span_ms: tuple[int, int], longest_ms: int | None) -> list[tuple[int, int]]:
    """A range of time in pieces that one answer spans, oldest first; whole where an answer spans anything."""
    first_ms, last_ms = span_ms
    piece_ms = longest_ms or max(1, last_ms - first_ms)
    return [(at_ms, min(at_ms + piece_ms, last_ms)) for at_ms in range(first_ms, last_ms, piece_ms)]


async def gathered(
    page: Callable[[int, int], Awaitable[list[Row]]],
    place_of: Callable[[Row], tuple[int, Hashable]],
    span_ms: tuple[int, int],
    *,
    spacing_ms: int = 0,
    most: int | None = None,
) -> list[Row]:
    """Rows of [start, end) by time, each once; `place_of` a row is its time and what tells it from others.

    `page(start, end)` may answer the oldest rows of its range or the newest, and may ignore either bound:
    what lies on either side of an answer is asked for until it brings nothing new, or until an answer holds
    fewer rows than `most`, the length of a full page. `spacing_ms` is the distance of two rows where it is
    known; without it rows may share a millisecond, and the edges of an answer are asked for again.
    """
    found: dict[tuple[int, Hashable], Row] = {}
    waiting = [span_ms]
    while waiting:
        start_ms, end_ms = waiting.pop()
        rows = await page(start_ms, end_ms)
        placed = ((place_of(row), row) for row in rows)
        fresh = {place: row for place, row in placed if start_ms <= place[0] < end_ms and place not in found}
        found |= fresh
        if not fresh or (most is not None and len(rows) < most):
            continue
        times = [at_ms for at_ms, _ in fresh]
        before = start_ms, min(times) + (0 if spacing_ms else 1)
        after = max(times) + spacing_ms, end_ms
        waiting += [
            one for one, least in ((before, spacing_ms), (after, 1)) if one[1] - one[0] >= max(1, least)
        ]
    return [found[place] for place in sorted(found, key=lambda place: place[0])]
