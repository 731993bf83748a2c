"""Walk-forward splits: what is learnt always ends before what is tested begins.

A fold holds three ranges of time and nothing else, so a shuffled split cannot be written down.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import Integers
from alphastrike.domain.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class Windows:
    """Lengths in bars. `embargo` is kept free between learning and what follows it."""

    train: int
    calibrate: int
    test: int
    step: int
    embargo: int

    def __post_init__(self) -> None:
        """Refuse lengths that leave nothing to learn from or never move on."""
        if min(self.train, self.calibrate, self.test, self.step) < 1 or self.embargo < 0:
            raise InvariantBroken(f"windows: observed {self}, allowed lengths of at least one bar")


@dataclass(frozen=True, slots=True)
class Fold:
    """Three stretches of decision bars in the order of time, none touching the one before."""

    train: range
    calibrate: range
    test: range
    embargo: int

    def __post_init__(self) -> None:
        """Hold the order of time: a later stretch starts at or after the end of an earlier one."""
        parts = (self.train, self.calibrate, self.test)
        forward = all(part.step == 1 for part in parts)
        ordered = self.train.stop <= self.calibrate.start and self.calibrate.stop <= self.test.start
        if not (forward and ordered and self.embargo >= 0):
            raise InvariantBroken(f"fold: observed {self}, allowed stretches in the order of time")

    def training_rows(self, bar: Integers, known_at: Integers) -> NDArray[np.bool_]:
        """Rows whose label is known `embargo` bars before calibration starts."""
        return _within(self.train, bar) & (known_at < self.calibrate.start - self.embargo)

    def calibration_rows(self, bar: Integers, known_at: Integers) -> NDArray[np.bool_]:
        """Rows whose label is known `embargo` bars before the test starts."""
        return _within(self.calibrate, bar) & (known_at < self.test.start - self.embargo)

    def test_rows(self, bar: Integers) -> NDArray[np.bool_]:
        """Rows decided in the test stretch."""
        return _within(self.test, bar)


def walk_forward(bars: int, windows: Windows) -> tuple[Fold, ...]:
    """Every fold that fits into `bars`, oldest first; the last test stretch may be shorter."""
    folds = []
    start = 0
    while start + windows.train + windows.calibrate < bars:
        middle = start + windows.train
        late = middle + windows.calibrate
        folds.append(
            Fold(
                train=range(start, middle),
                calibrate=range(middle, late),
                test=range(late, min(late + windows.test, bars)),
                embargo=windows.embargo,
            )
        )
        start += windows.step
    return tuple(folds)


def last_fold(bars: int, windows: Windows) -> Fold:
    """The fold a model for tomorrow is made from: calibration ends with the data, nothing is tested."""
    start = bars - windows.train - windows.calibrate
    if start < 0:
        raise InvariantBroken(f"windows: observed {bars} bars, allowed at least {bars - start}")
    middle = start + windows.train
    return Fold(range(start, middle), range(middle, bars), range(bars, bars), windows.embargo)


def _within(part: range, bar: Integers) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (bar >= part.start) & (bar < part.stop)
    return inside
