"""What is checked before a model may say anything."""

import sys
from dataclasses import replace

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.ml.loading import load_reference, load_trees


def test_a_model_that_is_what_its_record_says_is_loaded(entry, specs):
    assert load_trees(entry, specs).first.size == 20 + 1
    assert load_reference(entry) == b"reference"


def test_features_that_do_not_exist_are_named(entry, specs):
    del specs["beta"]

    with pytest.raises(ConfigError, match="do not exist here: beta"):
        load_trees(entry, specs)


def test_another_definition_of_a_feature_is_refused(entry, specs):
    specs["beta"] = replace(specs["beta"], lookback_hours=12.0)

    with pytest.raises(ConfigError, match="trained on other definitions"):
        load_trees(entry, specs)


def test_permuted_columns_are_refused(entry, specs):
    permuted = replace(entry, record=replace(entry.record, features=("beta", "alpha", "gamma")))

    with pytest.raises(ConfigError, match="trained on other definitions"):
        load_trees(permuted, specs)


def test_columns_in_another_order_than_the_record_are_refused(registry, a_record, trained_text, specs):
    swapped = trained_text.replace("feature_names=alpha beta gamma", "feature_names=beta alpha gamma")
    from alphastrike.ml.record import model_sha256

    entry = registry.add(a_record(model_sha256=model_sha256(swapped)), swapped, b"reference")

    with pytest.raises(ConfigError, match="observed columns beta, alpha, gamma"):
        load_trees(entry, specs)


@pytest.mark.parametrize(("file", "load"), [("model.txt", "trees"), ("reference.npy", "reference")])
def test_a_changed_or_missing_file_is_refused(entry, specs, file, load):
    path = entry.folder / file
    content = path.read_bytes()

    def attempt():
        return load_trees(entry, specs) if load == "trees" else load_reference(entry)

    path.write_bytes(b"x" + content)
    with pytest.raises(ConfigError, match="its record describes"):
        attempt()
    path.unlink()
    with pytest.raises(ConfigError, match="not there"):
        attempt()


@pytest.mark.parametrize(
    ("text", "message"),
    [("leaf", "not a LightGBM model text file"), ("tree\n", "not a LightGBM model text file")],
)
def test_a_text_that_is_no_model_is_refused(registry, a_record, specs, text, message):
    from alphastrike.ml.record import model_sha256

    entry = registry.add(a_record(model_sha256=model_sha256(text)), text, b"reference")

    with pytest.raises(ConfigError, match="not a LightGBM model text file"):
        load_trees(entry, specs)


def test_a_model_speaks_without_the_library_that_made_it(entry, specs, monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)

    assert load_trees(entry, specs).first.size == 20 + 1
