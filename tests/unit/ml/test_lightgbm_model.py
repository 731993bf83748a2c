"""A trained model in the slot."""

import math
from dataclasses import replace

import numpy as np
import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.domain.outcomes import Code
from alphastrike.ml.lightgbm_model import load_model
from alphastrike.ml.manifest import manifest_path, write_manifest


def rows(symbols, bars, seed=0):
    random = np.random.default_rng(seed)
    return {name: random.normal(size=(symbols, bars)) for name in ("alpha", "beta", "gamma")}


def test_it_predicts_what_it_learned(model_file, specs, a_feature_block):
    block = a_feature_block({"alpha": [[2.0, -2.0]], "beta": [[0.0, 0.0]], "gamma": [[0.0, 0.0]]})

    probability = load_model(model_file, specs).advance(block).probability_up

    assert probability[0, 0] > 0.7
    assert probability[0, 1] < 0.3
    assert (block.halts.code == 0).all()


def test_it_agrees_with_the_library_bit_for_bit(model_file, specs, trained_text, a_feature_block):
    import lightgbm

    values = rows(2, 50)
    table = np.array(list(values.values())).reshape(3, -1).T

    probability = load_model(model_file, specs).advance(a_feature_block(values)).probability_up

    expected = lightgbm.Booster(model_str=trained_text).predict(table, num_threads=1)
    assert (probability.reshape(-1) == expected).all()


def test_one_bar_at_a_time_says_the_same_bit_for_bit(model_file, specs, a_feature_block):
    values = rows(2, 50)
    values["beta"][:, ::7] = math.nan
    model = load_model(model_file, specs)

    whole = model.advance(a_feature_block(values)).probability_up

    for bar in range(50):
        block = a_feature_block({name: table[:, bar : bar + 1] for name, table in values.items()})
        assert (model.advance(block).probability_up[:, 0] == whole[:, bar]).all()


def test_columns_are_found_by_name_wherever_they_stand(model_file, specs, a_feature_block):
    values = rows(1, 5)
    shuffled = {"extra": np.ones((1, 5)), **{name: values[name] for name in ("gamma", "alpha", "beta")}}
    model = load_model(model_file, specs)

    assert np.array_equal(
        model.advance(a_feature_block(values)).probability_up,
        model.advance(a_feature_block(shuffled)).probability_up,
    )


def test_a_row_without_any_feature_gets_no_vote(model_file, specs, a_feature_block):
    values = rows(1, 3)
    for table in values.values():
        table[0, 1] = math.nan

    probability = load_model(model_file, specs).advance(a_feature_block(values)).probability_up

    assert np.isnan(probability).tolist() == [[False, True, False]]


def test_a_block_without_a_feature_halts(model_file, specs, a_feature_block):
    values = rows(1, 2)
    del values["beta"]
    block = a_feature_block(values)

    prediction = load_model(model_file, specs).advance(block)

    assert np.isnan(prediction.probability_up).all()
    assert (prediction.halts.code == Code.SCHEMA_MISMATCH).all()
    assert (prediction.halts.observed == 1.0).all()


def test_features_that_do_not_exist_are_named(model_file, specs):
    del specs["beta"]

    with pytest.raises(ConfigError, match="do not exist here: beta"):
        load_model(model_file, specs)


def test_features_defined_otherwise_are_refused(model_file, specs):
    specs["beta"] = replace(specs["beta"], lookback_hours=48.0)

    with pytest.raises(ConfigError, match="other definitions"):
        load_model(model_file, specs)


def test_another_model_under_the_same_manifest_is_refused(model_file, specs):
    model_file.write_text(model_file.read_text().replace("leaf_value=", "leaf_value=0"), encoding="utf-8")

    with pytest.raises(ConfigError, match="not the file its manifest describes"):
        load_model(model_file, specs)


def test_a_manifest_with_another_number_of_columns_is_refused(model_file, specs):
    write_manifest(model_file, list(specs.values())[:2])

    with pytest.raises(ConfigError, match="observed 3 columns and 1 outputs, allowed 2 and 1"):
        load_model(model_file, specs)


@pytest.mark.parametrize("text", ["not a model", "tree\nnot a model"])
def test_a_file_that_is_no_model_is_refused(model_file, specs, text):
    model_file.write_text(text, encoding="utf-8")
    write_manifest(model_file, list(specs.values()))

    with pytest.raises(ConfigError, match="not a LightGBM model"):
        load_model(model_file, specs)


def test_a_missing_file_is_named(tmp_path, specs):
    with pytest.raises(ConfigError, match=r"nowhere\.txt cannot be read"):
        load_model(tmp_path / "nowhere.txt", specs)


def test_a_model_without_its_manifest_is_refused(model_file, specs):
    manifest_path(model_file).unlink()

    with pytest.raises(ConfigError, match="is missing"):
        load_model(model_file, specs)
