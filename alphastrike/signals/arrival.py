"""Which bars of a block are new, and whether they follow on from the last block."""

from dataclasses import dataclass

from alphastrike.domain.blocks import MarketBlock

NEVER = -1


@dataclass(frozen=True, slots=True)
class Arrival:
    """`first_bar` is the absolute number of the first new bar, `seen` how many bars come before it.

    `follows` is false when bars are missing in between: a gap for every symbol.
    """

    first_bar: int
    seen: int
    follows: bool
    next_bar: int


def arrival(market: MarketBlock, expected: int) -> Arrival:
    """Place a block after bar number `expected` - 1, or after nothing when `expected` is `NEVER`."""
    first = int(market.open_time_ms[0]) // market.interval_ms
    bars = market.open_time_ms.size
    if expected == NEVER:
        return Arrival(first_bar=first, seen=0, follows=False, next_bar=first + bars)
    seen = min(bars, max(0, expected - first))
    return Arrival(
        first_bar=first + seen,
        seen=seen,
        follows=first + seen == expected or seen == bars,
        next_bar=max(expected, first + bars),
    )
