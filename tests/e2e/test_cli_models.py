"""`alphastrike train` and `models` as a person uses them."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from alphastrike.app.moments import moment_ms

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


def test_what_was_worth_no_more_than_noise_is_left_out_when_asked(alphastrike, trained):
    parent = json.loads(trained.stdout)
    rise, noise = parent["importance"]["rise"], parent["importance"]["noise"]
    strong = [name for name, part in zip(parent["features"], rise, strict=True) if part > max(noise, 0.0)]

    outcome = alphastrike(
        "train", "--symbols", "BTCUSDT,ETHUSDT", "--without-weak-of", parent["model_id"][:12], "--json"
    )

    if strong:
        child = json.loads(outcome.stdout)
        assert (child["features"], child["parent"]) == (strong, parent["model_id"])
        assert child["origin"]["models_tried"] == 1 + (len(strong) < len(parent["features"]))
    else:
        assert outcome.exit_code == 2
        assert "none of the 3 features was worth more than noise" in outcome.stderr


def test_every_recipe_is_on_record_and_only_what_is_may_be_promoted(alphastrike, trained):
    model = json.loads(trained.stdout)
    alphastrike("train", "--symbols", "BTCUSDT,ETHUSDT", "--seed", "8")
    register = Path("models/trials.jsonl")

    assert [json.loads(line)["seed"] for line in register.read_text(encoding="utf-8").splitlines()] == [7, 8]
    register.unlink()
    outcome = alphastrike("models", "promote", model["model_id"][:12])
    assert outcome.exit_code == 2
    assert "not in the register of what was tried" in outcome.stderr


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


ROAD = """
[signals]
enabled = ["of_taker_imb"]

[signals.decay]
cold_start = "equal_weights"

[ml.training]
train_days = 120
calibrate_days = 30
test_days = 60
horizon_hours = 12
trees = 40
features = ["taker_imbalance_z", "return_1h_over_vol", "return_24h_over_vol", "cmf_20h"]
"""


@pytest.fixture
def market(alphastrike):
    """Write a market of so strong an edge; the options that train on all of it but the last weeks."""
    Path("alphastrike.toml").write_text(ROAD, encoding="utf-8")

    def made(edge):
        outcome = alphastrike(
            "data", "synth", "--edge", edge, "--symbols", "BTCUSDT,ETHUSDT,SOLUSDT", "--hours", "9600",
            "--store", f"store_{edge}",
        )  # fmt: skip
        assert outcome.exit_code == 0
        return ("--data", f"store_{edge}", "--end", "2024-12-15")

    return made


def test_a_planted_edge_is_learnt_promoted_and_heard(alphastrike, market):
    options = market("0.58")

    model = json.loads(alphastrike("train", *options, "--json").stdout)
    promoted = alphastrike("models", "promote", model["model_id"][:12])
    Path("alphastrike.toml").write_text(ROAD + '\n[ml]\nmodel = "active"\n', encoding="utf-8")
    run = alphastrike("backtest", *options[:2], "--out", "run", "--json")

    assert model["gate"] == []
    assert (promoted.exit_code, "(active)" in promoted.stdout) == (0, True)
    assert run.exit_code == 0
    votes = pq.read_table("run/signals.parquet", filters=[("signal", "=", "model")]).to_pydict()
    heard = np.isfinite(np.array(votes["value"], dtype=float)) & (np.array(votes["weight"]) > 0.0)
    learnt = np.array(votes["ts_ms"]) <= moment_ms("2024-12-15", "--end")
    assert heard.any()
    assert not heard[learnt].any()


def test_a_model_of_a_market_without_an_edge_is_refused(alphastrike, market):
    model = json.loads(alphastrike("train", *market("0.5"), "--json").stdout)

    outcome = alphastrike("models", "promote", model["model_id"][:12])

    assert outcome.exit_code == 2
    assert "auc lower bound" in outcome.stderr
    assert "brier skill lower bound" in outcome.stderr
