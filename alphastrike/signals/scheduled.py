"""Releases whose time is known beforehand: around them nobody's record says anything."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from alphastrike.domain.blocks import Floats, Integers

_MINUTE_MS = 60_000.0


def times_ms(events: Sequence[str]) -> Integers:
    """ISO 8601 times in milliseconds UTC, sorted; without an offset they are UTC. `ValueError` for others."""
    found = [_time_ms(event) for event in events]
    return np.array(sorted(found), dtype=np.int64)


def minutes_to_nearest(close_ms: Integers, events_ms: Integers) -> Floats:
    """Minutes between each close and the event nearest to it, before or after; infinite without events."""
    nearest = np.full(close_ms.shape, np.inf)
    if events_ms.size:
        behind = np.searchsorted(events_ms, close_ms)
        for neighbour in (behind - 1, behind):
            known = (neighbour >= 0) & (neighbour < events_ms.size)
            distance = np.abs(close_ms[known] - events_ms[neighbour[known]]) / _MINUTE_MS
            nearest[known] = np.minimum(nearest[known], distance)
    return nearest


def _time_ms(event: str) -> int:
    try:
        when = datetime.fromisoformat(event)
    except ValueError:
        raise ValueError(f"observed {event!r}, allowed a time such as 2026-01-28T19:00") from None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)
