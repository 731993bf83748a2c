"""How long to wait before the next attempt."""

from typing import Protocol


class Chance(Protocol):
    """A source of randomness; a seeded numpy `Generator` is one."""

    def random(self) -> float:
        """A number in [0, 1)."""
        ...


def full_jitter(attempt: int, chance: Chance, *, first_s: float = 0.25, longest_s: float = 30.0) -> float:
    """Uniform in [0, min(longest, first x 2^attempt)): clients that failed together do not return together.

    Source: the "full jitter" policy of M. Brooker, "Exponential Backoff And Jitter" (2015).
    """
    ceiling = min(longest_s, first_s * 2.0 ** min(attempt, 32))
    return float(chance.random()) * ceiling
