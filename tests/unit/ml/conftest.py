"""A small trained model and feature blocks for the tests of stage 5."""

import numpy as np
import pytest

from alphastrike.domain.blocks import CandleHistory, FeatureBlock
from alphastrike.domain.plugins import FeatureSpec
from alphastrike.ml.manifest import write_manifest

NAMES = ("alpha", "beta", "gamma")


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
    rows[random.random(rows.shape) < 0.05] = np.nan
    labels = (np.nan_to_num(rows[:, 0]) + random.normal(size=2_000) > 0).astype(int)
    settings = {
        "objective": "binary",
        "num_leaves": 15,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    return lightgbm.train(settings, lightgbm.Dataset(rows, labels), 20).model_to_string()


@pytest.fixture
def model_file(tmp_path, trained_text, specs):
    """The model saved with its manifest."""
    path = tmp_path / "model.txt"
    path.write_text(trained_text, encoding="utf-8")
    write_manifest(path, list(specs.values()))
    return path


@pytest.fixture
def a_feature_block():
    """Build features by name, each (symbols, bars), on a flat market."""

    def build(values):
        table = np.array(list(values.values()), dtype=float)
        symbols, bars = table.shape[1:]
        flat = np.full((symbols, bars), 100.0)
        market = CandleHistory(
            symbols=tuple(f"S{row}USDT" for row in range(symbols)),
            interval_ms=60_000,
            open_time_ms=np.arange(bars, dtype=np.int64) * 60_000,
            open=flat,
            high=flat,
            low=flat,
            close=flat,
            volume=flat,
            taker_buy_volume=flat,
        ).block(0, bars)
        return FeatureBlock(market=market, names=tuple(values), values=table, halts=market.halts)

    return build
