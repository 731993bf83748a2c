"""Stage 5 by itself against LightGBM: rows a cpu second in batch, microseconds for one streamed row.

Run: `python benchmarks/model_slot.py`

The model is 200 trees with 31 leaves over 50 features, of random labels: it costs what a real one costs.
Both sides get the same rows, in turns; features wander as a market's do.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import kernels  # noqa: F401 - before any compiled code
import lightgbm
import numpy as np
from tables import median, show, thousands

from alphastrike.domain.blocks import CandleHistory, FeatureBlock
from alphastrike.ml.calibration import Platt
from alphastrike.ml.lightgbm_model import LightGBMModel, Terms
from alphastrike.ml.trees import read_trees

_TREES, _LEAVES, _SYMBOLS, _BLOCK = 200, 31, 10, 16_384


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    values = wandering(options.features)
    names = tuple(f"feature_{i:02d}" for i in range(options.features))
    booster = trained(values, names)
    rows = np.ascontiguousarray(values.reshape(options.features, -1).T)
    terms = Terms(Platt(1.0, 0.0), votes=True, learnt_until_ms=0, max_silent_bars=24)
    trees = read_trees(Path("model.txt"), booster.model_to_string(), names)
    model = LightGBMModel(trees, names, _SYMBOLS, terms)
    model.advance(block(values, names, 0, 64))
    whole = block(values, names, 0, _BLOCK)
    alone, slot = [], []
    for _ in range(options.repeat):
        alone.append(spent(lambda: booster.predict(rows, num_threads=1)))
        slot.append(spent(lambda: model.advance(whole)))
    shares = [a / s for a, s in zip(alone, slot, strict=True)]
    show(
        f"{_TREES} trees x {_LEAVES} leaves, {options.features} features, {len(rows):,} rows, one thread",
        ["", "rows per cpu s"],
        [
            ["LightGBM's own batch prediction", thousands(len(rows) / median(alone))],
            ["stage 5, one block", thousands(len(rows) / median(slot))],
        ],
    )
    print(f"  the stage reaches {median(shares):.1%} of LightGBM alone")
    stream(model, values, names)


def stream(model: LightGBMModel, values: np.ndarray, names: tuple[str, ...]) -> None:
    steps = [block(values, names, t, t + 1) for t in range(1_000)]
    cpu = spent(lambda: [model.advance(step) for step in steps]) / len(steps) / _SYMBOLS * 1e6
    print(f"  a streamed bar of {_SYMBOLS} symbols: {cpu:.1f} us of cpu a row, everything included")


def wandering(features: int) -> np.ndarray:
    """Values (features, symbols, bars) with the memory a feature of a market has."""
    noise = np.random.default_rng(7).standard_normal((features, _SYMBOLS, _BLOCK))
    for t in range(1, _BLOCK):
        noise[:, :, t] = 0.95 * noise[:, :, t - 1] + 0.31 * noise[:, :, t]
    return noise


def trained(values: np.ndarray, names: tuple[str, ...]) -> lightgbm.Booster:
    table = values[:, :2].reshape(len(names), -1).T
    labels = np.random.default_rng(8).integers(0, 2, len(table))
    data = lightgbm.Dataset(table, labels, feature_name=list(names))
    settings = {"objective": "binary", "num_leaves": _LEAVES, "num_threads": 1, "verbosity": -1}
    return lightgbm.train(settings, data, num_boost_round=_TREES)


def block(values: np.ndarray, names: tuple[str, ...], start: int, stop: int) -> FeatureBlock:
    flat = np.full((_SYMBOLS, stop - start), 100.0)
    times = np.arange(start, stop, dtype=np.int64) * 60_000
    symbols = tuple(f"S{row}USDT" for row in range(_SYMBOLS))
    market = CandleHistory(symbols, 60_000, times, flat, flat, flat, flat, flat, flat).block(0, stop - start)
    return FeatureBlock(market, names, np.ascontiguousarray(values[:, :, start:stop]), market.halts)


def spent(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
