"""Independent streams of chance, one for each purpose."""

import math
from dataclasses import dataclass

import numpy as np

from alphastrike.domain.blocks import Floats

MARKET = "market"


def stream(seed: int, *purpose: str) -> np.random.Generator:
    """A generator that depends on the seed and the purpose alone.

    Streams are keyed by name rather than drawn in turn, so a symbol or an alpha more leaves the
    others as they were, and a longer market begins with the shorter one.
    """
    key = tuple(":".join(purpose).encode())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


@dataclass(frozen=True, slots=True)
class Draws:
    """Unit normals of one symbol, one value a step, alone or correlated with the market's."""

    seed: int
    symbol: str
    steps: int

    def stream(self, purpose: str) -> np.random.Generator:
        """The symbol's own generator for this purpose."""
        return stream(self.seed, self.symbol, purpose)

    def own(self, purpose: str) -> Floats:
        """Independent of everything else."""
        return self.stream(purpose).standard_normal(self.steps)

    def shared(self, purpose: str, share: float) -> Floats:
        """`share` of the variance is the market's, the same draw for every symbol."""
        market = stream(self.seed, MARKET, purpose).standard_normal(self.steps)
        return math.sqrt(share) * market + math.sqrt(1.0 - share) * self.own(purpose)
