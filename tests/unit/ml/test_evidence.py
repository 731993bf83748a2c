"""The gate a model must pass on data it never saw."""

import numpy as np
import pytest

from alphastrike.ml.evidence import out_of_sample


def record(edge, rows=6_000, seed=2):
    """Evidence on a model that knows `edge` of the probability, one row a bar, blocks of a day."""
    chance = np.random.default_rng(seed)
    lean = chance.normal(0.0, 1.0, rows) * edge
    hit = chance.random(rows) < 0.5 + lean
    return out_of_sample(np.clip(0.5 + lean, 0.35, 0.65), hit, np.arange(rows), 24, chance)


def test_a_model_that_knows_something_passes():
    evidence = record(edge=0.05)

    assert evidence.faults() == ()
    assert (evidence.rows, evidence.blocks) == (6_000, 250)
    assert evidence.skill_lower < 0.25 - evidence.brier
    assert 0.5 < evidence.auc_lower < evidence.auc


def test_noise_does_not_pass_more_often_than_its_bound_says():
    chance = np.random.default_rng(8)
    passed = 0
    for seed in range(60):
        said = 0.5 + 0.03 * np.random.default_rng(seed).standard_normal(2_000)
        hit = chance.random(2_000) < 0.5
        passed += not out_of_sample(said, hit, np.arange(2_000), 24, chance).faults()

    assert passed <= 3


def test_overlapping_rows_of_few_blocks_are_few_observations():
    chance = np.random.default_rng(3)
    said = 0.5 + 0.05 * np.repeat(chance.standard_normal(10), 100)
    hit = np.repeat(chance.random(10) < 0.5, 100)

    evidence = out_of_sample(said, hit, np.arange(1_000), 100, chance)

    assert "rows 1000 in 10 blocks" in evidence.faults()[0]


def test_the_same_chance_gives_the_same_bounds():
    assert record(0.03) == record(0.03)


@pytest.mark.parametrize("rows", [0, 3])
def test_next_to_nothing_never_passes(rows):
    chance = np.random.default_rng(3)

    evidence = out_of_sample(np.full(rows, 0.6), np.ones(rows, dtype=bool), np.arange(rows), 24, chance)

    assert len(evidence.faults()) >= 3
