"""The record kept with a model."""

import hashlib
import json
from dataclasses import replace

import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.ml.record import model_id, model_sha256, read_record, record_text, schema_sha256


def test_what_is_written_is_read(entry):
    assert read_record(entry.folder / "record.json") == entry.record


def test_the_schema_hash_is_that_of_the_declarations_in_order(specs):
    text = '[["alpha", "ratio", "24.0", "close"]]'

    assert schema_sha256([specs["alpha"]]) == hashlib.sha256(text.encode()).hexdigest()
    assert schema_sha256(list(specs.values())) != schema_sha256(list(specs.values())[::-1])


@pytest.mark.parametrize(
    "change", [{"name": "x"}, {"unit": "x"}, {"lookback_hours": 25.0}, {"inputs": ("open",)}]
)
def test_the_schema_hash_changes_with_a_declaration(specs, change):
    assert schema_sha256([replace(specs["alpha"], **change)]) != schema_sha256([specs["alpha"]])


def test_the_model_hash_ignores_training_settings():
    assert model_sha256("trees\n\nparameters:\n[num_threads: 1]") == hashlib.sha256(b"trees\n").hexdigest()
    assert model_sha256("trees") != model_sha256("other trees")


@pytest.mark.parametrize("name", ["model_sha256", "schema_sha256", "reference_sha256"])
def test_the_id_depends_on_everything_a_prediction_rests_on(a_record, name):
    assert model_id(replace(a_record(), **{name: "other"})) != model_id(a_record())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda document: "{", "not a model record"),
        (lambda document: "[]", "not a model record"),
        (lambda document: json.dumps(document | {"rows": "many"}), "rows: "),
        (lambda document: json.dumps(document | {"version": 9}), "observed version 9, allowed 1"),
        (lambda document: json.dumps(document | {"symbols": ["XUSDT"]}), "changed after training"),
    ],
)
def test_a_broken_or_altered_record_is_refused(entry, change, message):
    path = entry.folder / "record.json"
    path.write_text(change(json.loads(record_text(entry.record))), encoding="utf-8")

    with pytest.raises(ConfigError, match=message):
        read_record(path)


def test_a_missing_record_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"record\.json: not there"):
        read_record(tmp_path / "record.json")
