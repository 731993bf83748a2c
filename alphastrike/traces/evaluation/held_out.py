"""The reports of one split: the same traces an export with the same settings puts into that file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alphastrike.domain.errors import ConfigError
from alphastrike.traces.export.episodes import Episodes
from alphastrike.traces.export.filtering import Test
from alphastrike.traces.export.reader import Reader
from alphastrike.traces.export.splits import SPLITS, SplitBy, splitter
from alphastrike.traces.export.trace import Trace, Wants

EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a store: a split by name, or EVERYTHING."""

    name: str
    split_by: SplitBy
    shares: tuple[float, ...]
    horizon_ms: int
    tests: tuple[Test, ...] = ()


def held_out(reader: Reader, part: Part) -> Iterator[tuple[Trace, str]]:
    """The traces of a part, each with its episode, in the reader's order."""
    if part.name not in {*SPLITS, EVERYTHING}:
        raise ConfigError(f"--on: observed {part.name!r}, allowed {', '.join((*SPLITS, EVERYTHING))}")
    keys = reader.keys()
    split = splitter(part.split_by, part.shares, keys, part.horizon_ms)
    episodes = Episodes(keys, part.horizon_ms)
    mine = [key for key in keys if part.name in {EVERYTHING, split(key)}]
    for trace in reader.traces(mine, Wants(labels=True)):
        if passes(trace, part.tests):
            yield trace, episodes.name_of(trace.key)


def passes(trace: Trace, tests: Sequence[Test]) -> bool:
    """Whether a trace passes every test."""
    return all(test(trace) for test in tests)
