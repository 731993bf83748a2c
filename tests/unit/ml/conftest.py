"""A small trained model, its registry and feature blocks for the tests of stage 5."""

from dataclasses import replace

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory, FeatureBlock
from alphastrike.domain.plugins import FeatureSpec
from alphastrike.ml.calibration import Platt
from alphastrike.ml.evidence import Evidence
from alphastrike.ml.record import VERSION, ModelRecord, model_sha256, schema_sha256
from alphastrike.ml.registry import Registry
from alphastrike.ml.trials import Trial

NAMES = ("alpha", "beta", "gamma")
TRIED = Trial({"seed": 7}, NAMES)
PROVEN = Evidence(5_000, 100, 48, 0.55, 0.247, 0.001, 0.56, 0.53, 0.01, ())


def _spec(name: str, unit: str = "ratio") -> FeatureSpec:
    return FeatureSpec(name, unit, 24.0, ("close",))


@pytest.fixture
def specs():
    """Three features by name."""
    return {name: _spec(name) for name in NAMES}


@pytest.fixture(scope="session")
def trained_text():
    """A small binary model that follows its first column."""
    lightgbm = pytest.importorskip("lightgbm")
    random = np.random.default_rng(7)
    rows = random.normal(size=(2_000, 3))
    labels = (rows[:, 0] + random.normal(size=2_000) > 0).astype(int)
    settings = {
        "objective": "binary",
        "num_leaves": 15,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    data = lightgbm.Dataset(rows, labels, feature_name=list(NAMES))
    return lightgbm.train(settings, data, 20).model_to_string()


@pytest.fixture
def a_record(trained_text, specs):
    """Build the record of the small model; `evidence` as given."""

    def build(**changes):
        record = ModelRecord(
            version=VERSION,
            model_id="",
            parent=None,
            features=NAMES,
            symbols=("S0USDT", "S1USDT"),
            interval_ms=60_000,
            schema_sha256=schema_sha256(list(specs.values())),
            model_sha256=model_sha256(trained_text),
            reference_sha256="",
            learnt_from_ms=0,
            learnt_until_ms=0,
            rows=2_000,
            calibration=Platt(1.0, 0.0),
            evidence=PROVEN,
            gain=(0.8, 0.1, 0.1),
            origin={"seed": 7, "trial_sha256": TRIED.sha256},
        )
        return replace(record, **changes)

    return build


@pytest.fixture
def registry(tmp_path):
    """A registry without models, in whose register their recipe stands."""
    found = Registry(tmp_path / "models")
    found.trials.note(TRIED)
    return found


@pytest.fixture
def entry(registry, a_record, trained_text):
    """The small model in a registry, in shadow."""
    return registry.add(a_record(), trained_text, b"reference")


@pytest.fixture
def a_feature_block():
    """Build features by name, each (symbols, bars), on a flat market."""

    def build(values, first_bar=0):
        table = np.array(list(values.values()), dtype=float)
        symbols, bars = table.shape[1:]
        flat = np.full((symbols, bars), 100.0)
        market = CandleHistory(
            symbols=tuple(f"S{row}USDT" for row in range(symbols)),
            interval_ms=60_000,
            open_time_ms=(first_bar + np.arange(bars, dtype=np.int64)) * 60_000,
            open=flat,
            high=flat,
            low=flat,
            close=flat,
            volume=flat,
            taker_buy_volume=flat,
        ).block(0, bars)
        return FeatureBlock(market=market, names=tuple(values), values=table, halts=market.halts)

    return build
