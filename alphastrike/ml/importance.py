"""Which features a recipe really uses: what it loses when one is shuffled, against columns of noise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Importance:
    """Rise of the out-of-sample log loss, in nats a row, when a feature's values change places.

    `rise` has one number a feature, that of all of its `cluster`; `noise` is the largest of columns
    that know nothing. `folds` is how many test stretches were asked, each of a model of its own.
    """

    rise: tuple[float, ...]
    cluster: tuple[int, ...]
    noise: float
    folds: int

    def weak(self) -> tuple[bool, ...]:
        """Features worth no more than the best column of noise."""
        return tuple(not part > max(self.noise, 0.0) for part in self.rise)
