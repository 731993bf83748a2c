"""Which file a decision goes to: by the hash of its episode, by time with an embargo, or by its own hash."""

import hashlib
from collections.abc import Callable, Sequence
from enum import Enum

from alphastrike.domain.errors import ConfigError
from alphastrike.traces.export.episodes import Episodes
from alphastrike.traces.export.trace import Key

SPLITS = ("train", "val", "test")
Split = Callable[[Key], str | None]


class SplitBy(Enum):
    """What is hashed, or that time decides."""

    EPISODE = "episode"
    TIME = "time"
    DECISION = "decision"


def parsed_shares(text: str) -> tuple[float, ...]:
    """`80/10/10` as fractions of one; `ConfigError` for what is no such thing."""
    try:
        parts = [float(part) for part in text.split("/")]
    except ValueError:
        parts = []
    if len(parts) != len(SPLITS) or not all(0 <= part < float("inf") for part in parts) or sum(parts) <= 0:
        raise ConfigError(
            f"--split: observed {text!r}, allowed three shares such as 80/10/10, for {'/'.join(SPLITS)}"
        )
    return tuple(part / sum(parts) for part in parts)


def splitter(by: SplitBy, shares: Sequence[float], keys: Sequence[Key], horizon_ms: int) -> Split:
    """What names the split of a key, None where the embargo drops it.

    The boundaries come from all keys, so that a narrower filter never moves a decision to another split.
    """
    if by is SplitBy.TIME:
        return _by_time(shares, sorted(key.event_ms for key in keys), horizon_ms)
    if by is SplitBy.DECISION:
        return lambda key: _hashed(f"{key.trace_id}.{key.attempt}", shares)
    episodes = Episodes(keys, horizon_ms)
    return lambda key: _hashed(episodes.name_of(key), shares)


def _hashed(name: str, shares: Sequence[float]) -> str:
    point = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    reached = 0.0
    for split, share in zip(SPLITS, shares, strict=True):
        reached += share
        if point < reached:
            return split
    return next(split for split, share in reversed(list(zip(SPLITS, shares, strict=True))) if share)


def _by_time(shares: Sequence[float], times: Sequence[int], horizon_ms: int) -> Split:
    """The earliest to train. A decision whose consequences reach past the end of its split is dropped."""
    ends: list[float] = []
    reached = 0.0
    for share in shares:
        reached += share
        place = round(reached * len(times))
        ends.append(times[place] if place < len(times) else float("inf"))

    def split(key: Key) -> str | None:
        for name, share, end_ms in zip(SPLITS, shares, ends, strict=True):
            if share and key.event_ms < end_ms:
                return name if key.event_ms + horizon_ms <= end_ms else None
        return None

    return split
