"""With a model in its slot the compiled run and the stepped one still are the same run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alphastrike.app.training import train_model
from alphastrike.ml.evidence import Evidence
from alphastrike.ml.registry import Registry
from tests.markets import EAGER, configured, small_market, with_gaps
from tests.runs import KINDS, finished

pytest.importorskip("lightgbm")

PROVEN = Evidence(5_000, 100, 48, 0.55, 0.247, 0.001, 0.56, 0.53, 0.01, ())
TRAINING = {"train_days": 20, "calibrate_days": 5, "test_days": 5, "horizon_hours": 4, "trees": 20}
HOURS = 1_900


@pytest.fixture(scope="module")
def market():
    """A market whose first 700 hours a model learns from."""
    return small_market(hours=HOURS)


@pytest.fixture(scope="module")
def registry(market, tmp_path_factory):
    """A registry with one model of the market's first part, its evidence declared good."""
    from alphastrike.app import training
    from alphastrike.app.inputs import Inputs

    root = tmp_path_factory.mktemp("models")
    history = market.history
    early = replace(
        history,
        open_time_ms=history.open_time_ms[:700],
        **{
            name: np.ascontiguousarray(getattr(history, name)[:, :700])
            for name in ("open", "high", "low", "close", "volume", "taker_buy_volume")
        },
    )
    inputs = Inputs(early, market.funding, "0" * 64, "test", is_synthetic=True, notes=())
    config = configured(ml={"registry": str(root), "training": TRAINING}, **EAGER)
    patch = pytest.MonkeyPatch()
    patch.setattr(training, "load_inputs", lambda _config: inputs)
    entry = train_model(config, lambda _done, _total: None)
    patch.undo()
    proven = replace(entry.record, evidence=PROVEN)
    Registry(root).add(proven, (entry.folder / "model.txt").read_text(), _reference(entry))
    return root


def _reference(entry):
    return (entry.folder / "reference.npy").read_bytes()


@pytest.mark.parametrize("votes", [False, True], ids=["shadow", "active"])
def test_stepping_every_bar_gives_the_identical_record_with_a_model(market, registry, votes):
    books = Registry(Path(registry))
    name = books.entries()[0].folder.name
    if votes:
        books.promote(name)
    config = configured(ml={"registry": str(registry), "model": name}, **EAGER)
    history = with_gaps(market.history, seed=1)

    stepped, _ = finished(config, history, market.funding, stepped=True)
    compiled, _ = finished(config, history, market.funding)

    if votes:
        books.rollback()
    signals = compiled.joined("signals")
    spoken = np.isfinite(signals["value"][signals["signal"] == compiled.catalogue.names.index("model")])
    assert spoken.any() == votes
    for kind in KINDS:
        assert stepped.joined(kind).tobytes() == compiled.joined(kind).tobytes(), kind
    assert stepped.halts() == compiled.halts()


def test_a_model_in_shadow_changes_nothing(market, registry):
    name = Registry(Path(registry)).entries()[0].folder.name
    without = configured(**EAGER)
    shadowed = configured(ml={"registry": str(registry), "model": name}, **EAGER)

    plain, _ = finished(without, market.history, market.funding)
    other, _ = finished(shadowed, market.history, market.funding)

    for kind in ("fills", "equity", "trades"):
        assert plain.joined(kind).tobytes() == other.joined(kind).tobytes(), kind
