"""The validator on one long real history: rarely in the way, and awake; see `benchmarks/validator.py`."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from alphastrike.app.assembly import market_stages
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import load_inputs
from alphastrike.domain.blocks import FeatureBlock, HaltGrid
from alphastrike.domain.outcomes import Code

pytestmark = pytest.mark.shared_data

ONSET = 9_000
COLUMNS = ("open", "high", "low", "close", "volume", "taker_buy_volume")


@dataclass
class Watched:
    """Features of the history, a fresh validator, and its state just before `ONSET`."""

    features: FeatureBlock
    validator: Any
    state: bytes
    healthy: dict[str, float]


def cut(features, start, stop, values=None):
    market = features.market
    columns = {name: np.ascontiguousarray(getattr(market, name)[:, start:stop]) for name in COLUMNS}
    halts = HaltGrid(1, stop - start)
    part = replace(market, open_time_ms=market.open_time_ms[start:stop], halts=halts, **columns)
    kept = features.values[:, :, start:stop] if values is None else values
    return FeatureBlock(part, features.names, np.ascontiguousarray(kept), halts)


@pytest.fixture(scope="module")
def watched(shared_data):
    (path,) = (shared_data / "candles/binance_usdm/4h").glob("ETHUSDT_20200101-*.parquet")
    healthy = {}
    for policy in ("strict", "fraction"):
        config = AlphaStrikeConfig.model_validate(
            {"data": {"path": str(path)}, "validation": {"policy": policy}}
        )
        history = load_inputs(config).history
        stages = market_stages(config, history)
        block = history.block(0, history.close.shape[1])
        features = stages.features.advance(stages.gateway.advance(block))
        before = features.halts.code.copy()
        after = stages.validator.advance(features).halts.code
        judged = (before == 0) & (after != Code.NO_REFERENCE)
        healthy[policy] = float((judged & (after != 0)).sum() / judged.sum())
    validator = market_stages(config, history).validator
    validator.advance(cut(features, 0, ONSET))
    return Watched(features, validator, validator.snapshot(), healthy)


def withheld(watched, change, bars):
    """Share of the watched features that speak and are withheld within `bars` of the fault."""
    watched.validator.restore(watched.state)
    monitored = {health.feature for health in watched.validator.health()}
    values = watched.features.values[:, :, ONSET : ONSET + bars].copy()
    speaks = np.isfinite(values[:, 0]).all(axis=1)
    speaks &= np.isin(watched.features.names, sorted(monitored))
    values[speaks] = change(values[speaks])
    seen = watched.validator.advance(cut(watched.features, ONSET, ONSET + bars, values))
    gone = ~np.isfinite(seen.values[:, 0]).all(axis=1)
    return float(gone[speaks].mean())


def test_healthy_stretches_are_rarely_halted(watched):
    assert watched.healthy["strict"] <= 0.08
    assert watched.healthy["fraction"] <= 0.01


def spiked(values):
    values[:, :, 0] *= 50.0
    values[:, :, 0] += 1e3
    return values


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("NaN", lambda x: np.full_like(x, np.nan)),
        ("scale x100", lambda x: 100.0 * x),
        ("spike", spiked),
    ],
)
def test_hard_faults_are_withheld_within_two_bars(watched, fault, change):
    assert withheld(watched, change, 2) >= 0.9, fault


@pytest.mark.parametrize(
    ("fault", "change", "share"),
    [
        ("a turned sign", lambda x: -x, 0.4),
        ("two sigma higher", lambda x: x + 2.0 * np.nanstd(x, axis=2, keepdims=True), 0.7),
        ("a threefold spread", lambda x: 3.0 * x - 2.0 * np.nanmean(x, axis=2, keepdims=True), 0.7),
        ("columns swapped", lambda x: np.roll(x, 1, axis=0), 0.5),
        ("a constant", lambda x: np.repeat(x[:, :, :1], x.shape[2], axis=2), 0.9),
    ],
)
def test_drift_is_withheld_within_a_month(watched, fault, change, share):
    assert withheld(watched, change, 180) >= share, fault
