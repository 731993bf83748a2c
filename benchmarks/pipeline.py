"""The whole default pipeline, eight stages and the ensemble, without and with a model.

Run: `python benchmarks/pipeline.py --work /tmp/benchmarks`

The market has weak planted alphas, so that signals earn weight and orders are placed. The model is a
LightGBM of 200 trees with 31 leaves, trained here on random labels: it costs what a real one costs.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from market import names_of, planted_market
from measuring import middle, staged
from stages import ACCOUNT, MARKET_STAGES, RECORD
from tables import median, show, thousands

from alphastrike.app.assembly import market_stages
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import load_inputs
from alphastrike.domain.plugins import Monitor
from alphastrike.ml.calibration import Platt
from alphastrike.ml.evidence import Evidence
from alphastrike.ml.record import VERSION, ModelRecord, model_sha256, schema_sha256
from alphastrike.ml.registry import Registry
from alphastrike.validation.profiles import learn_profiles, profile_bytes

_TREES, _LEAVES = 200, 31
_TRAINING_BARS, _TRAINING_ROWS = 140_000, 300_000  # a profile wants three months of hours


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for candles and the model")
    parser.add_argument("--symbols", type=int, default=10)
    parser.add_argument("--bars", type=int, default=525_600, help="one-minute bars a symbol")
    parser.add_argument("--model-bars", type=int, default=262_800, help="the same with the model; 0: without")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    folder = planted_market(options.work, options.symbols, options.bars)
    config = {"data": {"path": str(folder), "symbols": names_of(options.symbols)}}
    plain = [staged(options.work, config, options.bars) for _ in range(options.repeat)]
    _report("Default pipeline without a model", plain)
    if options.model_bars == 0:
        return
    try:
        model = _trained(options.work, config)
    except ImportError:
        print("\nWith a model: left out, lightgbm is not installed")
        return
    voting = {**config, "ml": {"model": "active", "registry": str(model)}}
    results = [staged(options.work, voting, options.model_bars) for _ in range(options.repeat)]
    _report(f"With a model of {_TREES} trees x {_LEAVES} leaves", results)
    _report_share(results)


def _report(title: str, results: list[dict[str, Any]]) -> None:
    run = middle(results)
    bars, total = run["bars"], run["engine_cpu_s"]
    rows = [
        [name, f"{run['split'][name] / bars * 1e9:.0f}", f"{run['split'][name] / total:.1%}"]
        for name in (*MARKET_STAGES, RECORD, ACCOUNT)
    ]
    show(
        f"{title}: {bars:,} bars, {run['fills']:,} fills",
        ["stage", "ns a bar", "share"],
        [*rows, ["all", f"{total / bars * 1e9:.0f}", "100.0%"]],
    )
    print(f"  {thousands(bars / total)} bars per cpu second, peak {run['peak_mb']:,.0f} MB")


def _report_share(results: list[dict[str, Any]]) -> None:
    """Each run has its own measure of LightGBM beside it: on a shared machine minutes differ."""
    rows = results[0]["predicted_rows"]
    print(f"  LightGBM alone, {rows:,} rows in one batch on one thread:")
    for name, order in (("in_order_cpu_s", "in the market's order"), ("shuffled_cpu_s", "shuffled")):
        speed = median(rows / run[name] for run in results)
        share = median(run[name] / run["engine_cpu_s"] for run in results)
        print(
            f"    {order}: {thousands(speed)} rows per cpu second, the pipeline reaches {share:.1%} of that"
        )


def _trained(work: Path, config: dict[str, Any]) -> Path:
    """A registry with an active model of the pipeline's own features, said to be made before the run."""
    import lightgbm

    parsed = AlphaStrikeConfig.model_validate(config)
    inputs = load_inputs(parsed)
    stages = market_stages(parsed, inputs.history)
    bars = min(_TRAINING_BARS, inputs.history.open_time_ms.size)
    features = stages.features.advance(stages.gateway.advance(inputs.history.block(0, bars)))
    specs = [spec for spec in stages.features.specs if spec.monitor is Monitor.DISTRIBUTION]
    names = tuple(spec.name for spec in specs)
    table = np.stack([features.feature(name) for name in names]).reshape(len(names), -1).T
    table = table[np.isfinite(table).all(axis=1)][-_TRAINING_ROWS:]
    labels = np.random.default_rng(7).integers(0, 2, len(table))
    parameters = {"objective": "binary", "num_leaves": _LEAVES, "seed": 7, "num_threads": 1, "verbosity": -1}
    data = lightgbm.Dataset(table, labels, feature_name=list(names))
    text = lightgbm.train(parameters, data, num_boost_round=_TREES).model_to_string()
    record = ModelRecord(
        version=VERSION,
        model_id="",
        parent=None,
        features=names,
        symbols=inputs.history.symbols,
        interval_ms=inputs.history.interval_ms,
        schema_sha256=schema_sha256(specs),
        model_sha256=model_sha256(text),
        reference_sha256="",
        learnt_from_ms=0,
        learnt_until_ms=0,
        rows=len(table),
        calibration=Platt(1.0, 0.0),
        evidence=Evidence(5_000, 100, 48, 0.55, 0.247, 0.001, 0.56, 0.53, 0.01, ()),
        gain=(1.0 / len(names),) * len(names),
        origin={"labels": "random"},
    )
    registry = Registry(work / "models")
    profiles = learn_profiles(features, names, parsed.validation)
    registry.promote(registry.add(record, text, profile_bytes(profiles)).record.model_id)
    return work / "models"


if __name__ == "__main__":
    main()
