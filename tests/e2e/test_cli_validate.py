"""`alphastrike validate` as a person uses it."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from alphastrike.app.discovery import chosen
from alphastrike.ml.calibration import Platt
from alphastrike.ml.evidence import Evidence
from alphastrike.ml.record import VERSION, ModelRecord, schema_sha256
from alphastrike.ml.registry import Registry
from alphastrike.validation.config import ValidationConfig
from alphastrike.validation.profiles import learn_profiles, profile_bytes

NAMES = ("cmf_20h", "return_1h_over_vol")


@pytest.fixture
def model(alphastrike):
    """Four months of candles in a store, and a model whose profile is learnt on them."""
    from alphastrike.app.config import AlphaStrikeConfig
    from alphastrike.app.inputs import load_inputs
    from alphastrike.app.training import training_features

    alphastrike("data", "synth", "--store", "store", "--symbols", "BTCUSDT", "--hours", "3000")
    config = AlphaStrikeConfig.model_validate(
        {"data": {"path": "store"}, "ml": {"training": {"features": NAMES}}}
    )
    history = load_inputs(config).history
    block = training_features(config, history)
    record = ModelRecord(
        version=VERSION,
        model_id="",
        parent=None,
        features=NAMES,
        symbols=("BTCUSDT",),
        interval_ms=history.interval_ms,
        schema_sha256=schema_sha256([plugin.spec for plugin in chosen("features", NAMES, "x").values()]),
        model_sha256="",
        reference_sha256="",
        learnt_from_ms=0,
        learnt_until_ms=0,
        rows=0,
        calibration=Platt(1.0, 0.0),
        evidence=Evidence(0, 0, 1, 0.5, 0.25, 0.0, 0.5, 0.5, 0.0, ()),
        gain=(0.5, 0.5),
        origin={},
    )
    profile = profile_bytes(learn_profiles(block, NAMES, ValidationConfig()))
    return Registry(Path("models")).add(record, "", profile).folder.name


def test_the_data_a_profile_was_learnt_on_pass(alphastrike, model):
    outcome = alphastrike("validate", "store", "--reference", model, "--html", "map.html")

    assert outcome.exit_code == 0
    assert "halted now: none" in outcome.stdout
    rows = [line for line in outcome.stdout.splitlines() if line.strip().startswith(NAMES)]
    assert len(rows) == len(NAMES)
    assert all("?" in row and "." in row and "#" not in row for row in rows)
    assert "Drift against the reference" in Path("map.html").read_text(encoding="utf-8")


def test_data_of_another_kind_are_quarantined_and_the_exit_code_says_so(alphastrike, model):
    file = next(path for path in Path("store").rglob("*.parquet") if "close" in pq.read_schema(path).names)
    table = pq.read_table(file)
    close = table["close"].to_numpy().copy()
    # From the middle on every candle closes near its high.
    half = close.size // 2
    lifted = np.minimum(0.9 * table["high"].to_numpy() + 0.1 * close, table["high"].to_numpy())
    close[half:] = lifted[half:]
    index = table.schema.get_field_index("close")
    pq.write_table(table.set_column(index, table.schema.field("close"), [np.array(close)]), "drifted.parquet")

    outcome = alphastrike(
        "validate", "drifted.parquet", "--reference", model, "--symbols", "BTCUSDT", "--json"
    )

    assert outcome.exit_code == 3, outcome.stderr
    document = json.loads(outcome.stdout)
    assert document["halted_now"] == ["BTCUSDT"]
    assert document["features"]["cmf_20h"]["level"][-1] == "quarantine"
    assert document["halts"]["drift"] > 0


def test_an_unknown_model_is_one_line(alphastrike):
    outcome = alphastrike("validate", "nowhere", "--reference", "ffff")

    assert (outcome.exit_code, outcome.stderr.count("\n")) == (2, 1)
