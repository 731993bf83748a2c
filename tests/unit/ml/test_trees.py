"""Trees read from a model's text, against the library that made them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphastrike.domain.errors import ConfigError
from alphastrike.ml.kernel_trees import MOST_LEAVES, predict
from alphastrike.ml.trees import read_trees

FILE = Path("model.txt")
COLUMNS = 6
NAMES = tuple(f"f{i}" for i in range(COLUMNS))


def a_booster(seed, leaves, trees=12, least_rows=5):
    lightgbm = pytest.importorskip("lightgbm")
    random = np.random.default_rng(seed)
    rows = random.normal(size=(1_500, COLUMNS)).round(2)  # many equal values: thresholds are met exactly
    labels = (rows[:, 0] * rows[:, 1] + random.normal(size=1_500) > 0).astype(int)
    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "min_data_in_leaf": least_rows,
        "num_threads": 1,
        "verbose": -1,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(rows, labels, feature_name=list(NAMES)), trees)


def said(booster, values):
    """Raw probabilities of (columns, symbols, bars)."""
    trees = read_trees(FILE, booster.model_to_string(), NAMES)
    out = np.full(values.shape[1:], np.nan)
    predict(values, np.arange(COLUMNS), np.ones(values.shape[1:], dtype=np.bool_), trees, out)
    return out


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), leaves=st.sampled_from([2, 3, 15, 31, MOST_LEAVES]))
def test_probabilities_have_the_bits_of_the_library(seed, leaves):
    booster = a_booster(seed, leaves)
    values = np.random.default_rng(seed + 1).normal(size=(COLUMNS, 2, 150)).round(2)

    probability = said(booster, values)

    rows = values.reshape(COLUMNS, -1).T
    assert (probability.reshape(-1) == booster.predict(rows, num_threads=1)).all()


def test_few_bars_and_many_say_the_same():
    booster = a_booster(3, 31)
    values = np.random.default_rng(4).normal(size=(COLUMNS, 1, 200))

    whole = said(booster, values)

    for bars in (1, 5, 12, 13, 63, 65):
        assert (said(booster, np.ascontiguousarray(values[:, :, :bars])) == whole[:, :bars]).all()


def test_a_value_on_a_threshold_goes_left():
    booster = a_booster(5, 2, trees=1)
    text = booster.model_to_string()
    trees = read_trees(FILE, text, NAMES)
    column, threshold = int(trees.column[0]), trees.threshold[0]
    values = np.zeros((COLUMNS, 1, 2))
    values[column, 0] = [threshold, np.nextafter(threshold, np.inf)]

    probability = said(booster, values)[0]

    left, right = 1.0 / (1.0 + np.exp(-trees.leaves[0, :2]))
    assert probability == pytest.approx([left, right], rel=1e-15)


def test_a_tree_without_a_split_says_its_one_value():
    booster = a_booster(6, 15, trees=2, least_rows=1_400)  # no split leaves so many rows on both sides
    values = np.zeros((COLUMNS, 1, 3))

    assert (said(booster, values) == booster.predict(np.zeros((3, COLUMNS)))).all()


def test_silent_bars_are_left_alone():
    booster = a_booster(7, 15)
    text = booster.model_to_string()
    values = np.random.default_rng(8).normal(size=(COLUMNS, 1, 40))
    speaks = np.ones((1, 40), dtype=np.bool_)
    speaks[0, 10:30] = False
    out = np.full((1, 40), -1.0)

    predict(values, np.arange(COLUMNS), speaks, read_trees(FILE, text, NAMES), out)

    assert (out[0, 10:30] == -1.0).all()
    assert (out[speaks] == said(booster, values)[speaks]).all()


def test_more_leaves_than_fit_are_refused():
    text = a_booster(9, MOST_LEAVES + 1).model_to_string()

    with pytest.raises(ConfigError, match="65 leaves, allowed 64"):
        read_trees(FILE, text, NAMES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("objective=binary sigmoid:1", "objective=regression"),
        ("num_class=1", "num_class=3"),
        ("num_cat=0", "num_cat=1"),
        ("decision_type=2", "decision_type=3"),
        ("is_linear=0", "is_linear=1"),
        ("left_child=1 ", "left_child=0 "),
        ("left_child=1 ", "left_child=99 "),
        ("split_feature=", "split_feature=7 "),
        ("threshold=", "threshold=nan "),
        ("leaf_value=", "leaf_value=x"),
        ("end of trees", "end"),
    ],
)
def test_what_cannot_be_read_exactly_is_not_read(old, new):
    text = a_booster(10, 15).model_to_string()
    assert old in text

    with pytest.raises(ConfigError, match=r"model\.txt: .* train the model again"):
        read_trees(FILE, text.replace(old, new), NAMES)
