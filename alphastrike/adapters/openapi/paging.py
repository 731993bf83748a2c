"""Reading a range of time from a venue that answers a page at a time, whichever end it starts from."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

Row = TypeVar("Row")


async def gathered(
    page: Callable[[int, int], Awaitable[list[Row]]],
    time_of: Callable[[Row], int],
    span_ms: tuple[int, int],
    spacing_ms: int = 1,
) -> list[Row]:
    """Rows of [start, end) by time, each time once.

    `page(start, end)` may answer the oldest rows of its range or the newest, and may ignore either bound:
    what lies on either side of an answer is asked for until it brings nothing new. `spacing_ms` is the
    distance of two rows where it is known, so that no range too short for a row is asked for.
    """
    found: dict[int, Row] = {}
    waiting = [span_ms]
    while waiting:
        start_ms, end_ms = waiting.pop()
        timed = ((time_of(row), row) for row in await page(start_ms, end_ms))
        fresh = {at_ms: row for at_ms, row in timed if start_ms <= at_ms < end_ms and at_ms not in found}
        if not fresh:
            continue
        found |= fresh
        before, after = (start_ms, min(fresh)), (max(fresh) + spacing_ms, end_ms)
        waiting += [one for one, least in ((before, spacing_ms), (after, 1)) if one[1] - one[0] >= least]
    return [found[at_ms] for at_ms in sorted(found)]
