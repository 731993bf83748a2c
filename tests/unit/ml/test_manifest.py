"""The record kept beside a model."""

import hashlib
import json
from dataclasses import replace

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.ml.manifest import (
    manifest_path,
    model_sha256,
    read_manifest,
    schema_sha256,
    write_manifest,
)


def test_what_is_written_is_read(tmp_path, specs):
    path = tmp_path / "model.txt"
    path.write_text("tree\n\nparameters:\n[num_threads: 1]", encoding="utf-8")

    written = write_manifest(path, list(specs.values()))

    assert read_manifest(path) == written
    assert written.features == ("alpha", "beta", "gamma")
    assert manifest_path(path).name == "model.txt.json"


def test_the_schema_hash_is_that_of_the_declarations_in_order(specs):
    one = specs["alpha"]
    text = '[["alpha", "ratio", "24.0", "close"]]'

    assert schema_sha256([one]) == hashlib.sha256(text.encode()).hexdigest()
    assert schema_sha256(list(specs.values())) != schema_sha256(list(specs.values())[::-1])


@pytest.mark.parametrize(
    "change", [{"name": "x"}, {"unit": "x"}, {"lookback_hours": 25.0}, {"inputs": ("open",)}]
)
def test_the_schema_hash_changes_with_a_declaration(specs, change):
    assert schema_sha256([replace(specs["alpha"], **change)]) != schema_sha256([specs["alpha"]])


def test_the_model_hash_ignores_training_settings():
    assert model_sha256("trees\n\nparameters:\n[num_threads: 1]") == hashlib.sha256(b"trees\n").hexdigest()
    assert model_sha256("trees") != model_sha256("other trees")


def test_a_missing_manifest_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"model\.txt\.json is missing"):
        read_manifest(tmp_path / "model.txt")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a manifest"),
        ("[]", "observed version list"),
        (json.dumps({"version": 2}), "observed version 2, allowed 1"),
        (json.dumps({"version": 1, "features": []}), "allowed a list of names"),
        (json.dumps({"version": 1, "features": ["a"], "schema_sha256": 3}), "must both be text"),
    ],
)
def test_a_broken_manifest_is_refused(tmp_path, text, message):
    path = tmp_path / "model.txt"
    manifest_path(path).write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=message):
        read_manifest(path)
