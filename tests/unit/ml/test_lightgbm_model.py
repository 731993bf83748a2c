"""A trained model in the slot."""

import math
from pathlib import Path

import numpy as np
import pytest

from alphastrike.domain.outcomes import Code
from alphastrike.ml.calibration import Platt
from alphastrike.ml.lightgbm_model import LightGBMModel, Terms
from alphastrike.ml.trees import read_trees

RAW = Platt(1.0, 0.0, 0.0, 1.0)


def rows(symbols, bars, seed=0):
    random = np.random.default_rng(seed)
    return {name: random.normal(size=(symbols, bars)) for name in ("alpha", "beta", "gamma")}


@pytest.fixture
def a_model(trained_text):
    """Build the small model for two symbols, voting unless told otherwise."""

    def build(symbols=2, **terms):
        settings = {"calibration": RAW, "votes": True, "learnt_until_ms": 0, "max_silent_bars": 3} | terms
        names = ("alpha", "beta", "gamma")
        return LightGBMModel(
            read_trees(Path("model.txt"), trained_text, names), names, symbols, Terms(**settings)
        )

    return build


def test_it_predicts_what_it_learned(a_model, a_feature_block):
    block = a_feature_block({"alpha": [[2.0, -2.0]], "beta": [[0.0, 0.0]], "gamma": [[0.0, 0.0]]})

    probability = a_model(symbols=1).advance(block).probability_up

    assert probability[0, 0] > 0.7
    assert probability[0, 1] < 0.3
    assert (block.halts.code == 0).all()


def test_it_agrees_with_the_library_bit_for_bit_over_chunks(a_model, trained_text, a_feature_block):
    import lightgbm

    values = rows(2, 2_100)
    table = np.array(list(values.values())).reshape(3, -1).T

    probability = a_model(calibration=Platt(1.0, 0.0)).advance(a_feature_block(values)).probability_up

    raw = lightgbm.Booster(model_str=trained_text).predict(table, num_threads=1)
    assert (probability.reshape(-1) == Platt(1.0, 0.0).probabilities(raw)).all()


def test_one_bar_at_a_time_says_the_same_bit_for_bit(a_model, a_feature_block):
    values = rows(2, 50)
    values["beta"][:, ::7] = math.nan
    whole = a_model().advance(a_feature_block(values))
    stream = a_model()

    for bar in range(50):
        block = a_feature_block({name: table[:, bar : bar + 1] for name, table in values.items()}, bar)
        said = stream.advance(block).probability_up[:, 0]
        assert np.array_equal(said, whole.probability_up[:, bar], equal_nan=True)


def test_columns_are_found_by_name_wherever_they_stand(a_model, a_feature_block):
    values = rows(1, 5)
    shuffled = {"extra": np.ones((1, 5)), **{name: values[name] for name in ("gamma", "alpha", "beta")}}

    first = a_model(symbols=1).advance(a_feature_block(values)).probability_up
    second = a_model(symbols=1).advance(a_feature_block(shuffled)).probability_up

    assert np.array_equal(first, second)


def test_a_row_with_a_missing_feature_gets_no_vote(a_model, a_feature_block):
    values = rows(1, 3)
    values["gamma"][0, 1] = math.nan
    block = a_feature_block(values)

    probability = a_model(symbols=1).advance(block).probability_up

    assert np.isnan(probability).tolist() == [[False, True, False]]
    assert not block.halts.code.any()


@pytest.mark.parametrize("cut", [1, 4, 7])
def test_a_feature_silent_for_too_long_halts_its_symbol_until_it_speaks(a_model, a_feature_block, cut):
    values = rows(2, 10)
    values["beta"][1, 2:8] = math.nan
    model = a_model()

    seen = []
    for start, stop in ((0, cut), (cut, 10)):
        block = a_feature_block({name: table[:, start:stop] for name, table in values.items()}, start)
        model.advance(block)
        seen.append(block.halts)

    code = np.concatenate([halts.code for halts in seen], axis=1)
    observed = np.concatenate([halts.observed for halts in seen], axis=1)
    assert np.flatnonzero(code[1]).tolist() == [5, 6, 7]
    assert (code[1, 5:8] == Code.MODEL_INPUT_MISSING).all()
    assert observed[1, 5:8].tolist() == [4.0, 5.0, 6.0]
    assert not code[0].any()


def test_a_block_without_a_feature_halts(a_model, a_feature_block):
    values = rows(1, 2)
    del values["beta"]
    block = a_feature_block(values)

    probability = a_model(symbols=1).advance(block).probability_up

    assert np.isnan(probability).all()
    assert (block.halts.code == Code.SCHEMA_MISMATCH).all()
    assert (block.halts.observed[0, 0], block.halts.limit[0, 0]) == (1.0, 0.0)


def test_a_model_in_shadow_is_on_record_and_never_heard(a_model, a_feature_block):
    values = rows(2, 10)
    values["beta"][1, 2:8] = math.nan
    block = a_feature_block(values)

    said = a_model(votes=False).advance(block)

    assert np.isnan(said.probability_up).all()
    assert np.isfinite(said.shadow[0]).all()
    assert not block.halts.code.any()


def test_a_model_in_shadow_does_not_halt_what_lacks_its_features(a_model, a_feature_block):
    block = a_feature_block({"alpha": [[1.0]]})

    said = a_model(votes=False).advance(block)

    assert np.isnan(said.probability_up).all()
    assert not block.halts.code.any()


def test_it_has_no_word_on_the_bars_it_was_made_from(a_model, a_feature_block):
    probability = a_model(learnt_until_ms=3 * 60_000).advance(a_feature_block(rows(2, 6))).probability_up

    assert np.isnan(probability[0]).tolist() == [True, True, True, False, False, False]


def test_a_snapshot_remembers_how_long_a_feature_was_silent(a_model, a_feature_block):
    values = rows(2, 8)
    values["beta"][1, 2:] = math.nan
    parts = [{name: table[:, part] for name, table in values.items()} for part in (slice(5), slice(5, 8))]
    first, second = a_model(), a_model()
    first.advance(a_feature_block(parts[0]))

    second.restore(first.snapshot())
    block = a_feature_block(parts[1], 5)
    second.advance(block)

    assert (block.halts.code[1] == Code.MODEL_INPUT_MISSING).all()


def test_the_calibration_has_the_last_word(a_model, a_feature_block):
    block = a_feature_block(rows(2, 30))

    probability = a_model(calibration=Platt(0.0, 0.2)).advance(block).probability_up

    assert probability == pytest.approx(np.full((2, 30), 1 / (1 + math.exp(-0.2))))
