"""What is known beside candles reaches the stepped engine through its events, and the votes are the same."""

from dataclasses import replace

import numpy as np

from tests.markets import EAGER, configured, small_market
from tests.runs import KINDS, finished

NAMES = ["de_basis", "de_liq", "pa_rsi", "sen_fng"]


def test_votes_on_series_are_the_same_stepped_and_compiled():
    market = small_market(hours=900)
    shape, rng = market.history.close.shape, np.random.default_rng(3)
    series = {
        "mark_price": market.history.close * (1.0 + rng.normal(0.0, 1e-4, shape)),
        "index_price": np.where(rng.random(shape) < 0.02, np.nan, market.history.close),
        "fear_greed": np.where(rng.random(shape) < 0.5, np.nan, rng.uniform(0.0, 100.0, shape)),
        "hashrate": rng.random(shape),
    }
    history = replace(market.history, series=series)
    config = configured(**{**EAGER, "signals": {**EAGER["signals"], "enabled": NAMES}})

    stepped, run = finished(config, history, market.funding, stepped=True)
    compiled, _ = finished(config, history, market.funding)

    signals = compiled.joined("signals")
    spoken = {
        compiled.catalogue.names[row] for row in np.unique(signals["signal"][np.isfinite(signals["value"])])
    }
    assert spoken >= {"de_basis", "pa_rsi", "sen_fng"}
    assert set(run.history.series) == {"mark_price", "index_price", "fear_greed"}
    for kind in KINDS:
        assert stepped.joined(kind).tobytes() == compiled.joined(kind).tobytes(), kind
