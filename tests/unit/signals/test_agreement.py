"""How alike signals vote, and the voice that is left to each of a group of clones."""

import math

import numpy as np
import pytest

from alphastrike.signals.kernel_agreement import likeness, note_likenesses, note_votes, voices

MINIMUM = 0.05


def shares(memory):
    """One voice shared by all signals of a memory."""
    count = memory.shape[1]
    alike, own = np.empty((count, count)), np.empty(count)
    note_likenesses(memory, alike)
    voices(alike, np.arange(count), count, own)
    return own


def told(rows, keep=1.0):
    """The memory after some rows of votes."""
    rows = np.array(rows, dtype=float)
    count = rows.shape[1]
    agreement = np.zeros((2, count, count))
    for row in rows:
        note_votes(agreement, np.empty(count), row, MINIMUM, keep)
    return agreement


def test_likeness_is_the_share_of_agreement_less_that_of_dissent():
    # Together in 60 of 80 votes: (60 - 20) / (80 + 10 assumed), a fifth given up.
    memory = told([[1.0, 0.3]] * 60 + [[0.5, -1.0]] * 20)

    assert likeness(memory, 0, 1) == pytest.approx(0.8 * 40 / 90, rel=1e-12)
    assert likeness(memory, 1, 0) == likeness(memory, 0, 1)


def test_a_signal_is_like_itself():
    assert likeness(told([[1.0, 1.0]]), 0, 0) == 1.0


def test_only_votes_that_both_cast_count():
    memory = told([[1.0, math.nan], [1.0, 0.0], [1.0, 0.04], [1.0, 2.0], [math.nan, 1.0]])

    assert memory[1, 0, 1] == 0.0
    assert likeness(memory, 0, 1) == 0.0


def test_old_votes_fade():
    memory = told([[1.0, 1.0]] + [[math.nan, math.nan]] * 3, keep=0.5)

    assert memory[0, 0, 1] == 0.125


@pytest.mark.parametrize("clones", [1, 2, 5])
def test_clones_have_together_a_little_more_than_one_voice(clones):
    memory = np.full((2, clones, clones), 1e9)

    own = shares(memory)

    assert own.sum() == pytest.approx(clones / (1 + 0.8 * (clones - 1)), rel=1e-6)


def test_opposites_are_not_clones():
    memory = told([[1.0, -1.0]] * 100)

    own = shares(memory)

    assert own.tolist() == [1.0, 1.0]
