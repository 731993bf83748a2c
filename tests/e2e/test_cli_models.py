"""`alphastrike train` and `models` as a person uses them."""

import json
from pathlib import Path

import pytest

pytest.importorskip("lightgbm")

QUICK = """
[ml.training]
train_days = 60
calibrate_days = 30
test_days = 60
horizon_hours = 4
trees = 10
features = ["taker_imbalance_z", "return_1h_over_vol", "cmf_20h"]
"""


@pytest.fixture
def trained(alphastrike):
    """A registry with one quickly trained model, and what the command printed."""
    Path("alphastrike.toml").write_text(QUICK, encoding="utf-8")
    return alphastrike("train", "--symbols", "BTCUSDT,ETHUSDT", "--json")


def test_a_trained_model_is_in_shadow_with_its_record(alphastrike, trained):
    model = json.loads(trained.stdout)
    folder = Path(model["folder"])
    listed = json.loads(alphastrike("models", "list", "--json").stdout)
    shown = alphastrike("models", "show", folder.name)

    assert trained.exit_code == 0
    assert model["status"] == "shadow"
    assert model["features"] == ["cmf_20h", "return_1h_over_vol", "taker_imbalance_z"]
    assert {path.name for path in folder.iterdir()} == {"model.txt", "record.json", "reference.npy"}
    assert [entry["model_id"] for entry in listed] == [model["model_id"]]
    assert folder.name in shown.stdout
    assert "out of sample" in shown.stdout


def test_a_model_that_passes_its_gate_is_promoted_and_one_that_does_not_is_refused(alphastrike, trained):
    model = json.loads(trained.stdout)

    outcome = alphastrike("models", "promote", model["model_id"][:12])

    if model["gate"]:
        assert outcome.exit_code == 2
        assert outcome.stderr.startswith("error: ")
        assert model["gate"][0] in outcome.stderr
    else:
        assert outcome.exit_code == 0
        assert "(active)" in outcome.stdout
        assert alphastrike("models", "rollback").stdout == "no model is active: the signals vote alone\n"


def test_the_same_data_and_seed_train_the_same_model(alphastrike, trained):
    again = alphastrike("train", "--symbols", "BTCUSDT,ETHUSDT", "--json", "--registry", "other")

    assert json.loads(again.stdout)["model_id"] == json.loads(trained.stdout)["model_id"]


def test_an_empty_registry_says_so(alphastrike):
    assert alphastrike("models", "list").stdout == "no models: `alphastrike train` makes one\n"
    assert json.loads(alphastrike("models", "list", "--json").stdout) == []
    outcome = alphastrike("models", "rollback")
    assert (outcome.exit_code, outcome.stderr.count("\n")) == (2, 1)


def test_a_feature_that_cannot_be_learnt_from_is_named(alphastrike):
    Path("alphastrike.toml").write_text('[ml.training]\nfeatures = ["atr_14"]\n', encoding="utf-8")

    outcome = alphastrike("train", "--symbols", "BTCUSDT")

    assert outcome.exit_code == 2
    assert "ml.training.features: atr_14" in outcome.stderr
