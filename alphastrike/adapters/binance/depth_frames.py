"""Depth frames, the busiest messages there are, read straight into records that a book takes as they are."""

from collections.abc import Callable
from functools import cache
from typing import Any

from alphastrike.transport.json_text import typed_reader

_LEVELS = list[tuple[float, float]]  # written as texts
_FIELDS = {
    "kind": ("e", str, ""),
    "symbol": ("s", str, ""),
    "first_id": ("U", int, 0),
    "final_id": ("u", int, 0),
    "previous_id": ("pu", int, -1),
    "event_time_ms": ("E", int, 0),
    "bids": ("b", _LEVELS, ()),
    "asks": ("a", _LEVELS, ()),
}


@cache
def _reader() -> Callable[[str | bytes], Any]:
    return typed_reader("depthUpdate", _FIELDS)


def depth_of(frame: str | bytes) -> Any:
    """A `depthUpdate` frame as a change of a book, with its `symbol`; None for any other frame."""
    record = _reader()(frame)
    return record if record.kind == "depthUpdate" else None
