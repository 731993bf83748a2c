"""One run with stopwatches around its stages, set from outside; as a script it prints JSON.

Run: `python stages.py SPEC.json     # {"config": {...}, "end_ms": N}`
"""

import json
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import kernels  # noqa: F401 - before any compiled code
import numpy as np
from engines.task import Stopwatch, peak_mb

from alphastrike.app.assembly import Assembly, assemble
from alphastrike.app.compiled_run import run_compiled
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.inputs import Inputs, load_inputs
from alphastrike.app.models import chosen_model
from alphastrike.backtest.recording import Recording
from alphastrike.domain.blocks import DecisionBlock, FeatureBlock

MARKET_STAGES = ("gateway", "features", "validator", "model", "strategy")
RECORD = "record"
ACCOUNT = "risk, execution, venue"
_REHEARSAL_BARS = 20_000


@dataclass
class Seconds:
    """CPU seconds by name; what they leave of the whole is the account's side."""

    spent: dict[str, float] = field(default_factory=dict)

    def since(self, name: str, begun: float) -> None:
        """Count the time since `begun` to a name."""
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - begun


class TimedStage:
    """A stage that notes how long its `advance` takes and is otherwise the stage."""

    def __init__(self, name: str, stage: Any, seconds: Seconds) -> None:
        self._name, self._stage, self._seconds = name, stage, seconds

    def advance(self, *inputs: Any) -> Any:
        begun = time.process_time()
        out = self._stage.advance(*inputs)
        self._seconds.since(self._name, begun)
        return out

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stage, name)


class TimedRecording(Recording):
    """A recording that notes how long the market's side of it takes."""

    def watched_by(self, seconds: Seconds) -> "TimedRecording":
        self._seconds = seconds
        return self

    def observe(self, block: DecisionBlock) -> None:
        begun = time.process_time()
        super().observe(block)
        self._seconds.since(RECORD, begun)


class RowKeeper:
    """Stands before the model and keeps the rows that it is asked about."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.features = model.features
        self.rows: list[np.ndarray] = []

    def advance(self, features: FeatureBlock) -> Any:
        columns = [features.names.index(name) for name in self.features]
        table = features.values[columns].reshape(len(columns), -1).T
        self.rows.append(table[np.isfinite(table).all(axis=1)])
        return self._model.advance(features)


def run(config: AlphaStrikeConfig, inputs: Inputs, watch: Stopwatch) -> tuple[dict[str, float], Recording]:
    """CPU seconds by stage of one run, only decisions that say something new kept."""
    seconds = Seconds()
    assembled = assemble(config, inputs.history, inputs.funding)
    stages = {name: TimedStage(name, getattr(assembled.stages, name), seconds) for name in MARKET_STAGES}
    assembled = replace(assembled, stages=replace(assembled.stages, **stages))
    recording = TimedRecording().watched_by(seconds)
    with watch:
        run_compiled(assembled, recording, every=False, after_block=lambda _done: None)
    return seconds.spent | {ACCOUNT: watch.cpu_s - sum(seconds.spent.values())}, recording


def prediction_alone(config: AlphaStrikeConfig, inputs: Inputs) -> dict[str, float]:
    """CPU seconds LightGBM's batch prediction takes for the rows of this run, in order and shuffled.

    Neighbouring rows of a market go the same way through most trees, which processors guess well.
    """
    import lightgbm

    assembled: Assembly = assemble(config, inputs.history, inputs.funding)
    keeper = RowKeeper(assembled.stages.model)
    kept = replace(assembled, stages=replace(assembled.stages, model=keeper))
    run_compiled(kept, Recording(), every=False, after_block=lambda _done: None)
    rows = np.concatenate(keeper.rows)
    entry = chosen_model(config.ml)
    booster = lightgbm.Booster(model_file=str(entry.folder / "model.txt"))
    shuffled = rows[np.random.default_rng(7).permutation(len(rows))]
    result: dict[str, float] = {"predicted_rows": len(rows)}
    for name, table in (("in_order_cpu_s", rows), ("shuffled_cpu_s", shuffled)):
        with Stopwatch(rehearsal=True) as watch:
            booster.predict(table, num_threads=1)
        result[name] = watch.cpu_s
    return result


def until(config: AlphaStrikeConfig, end_ms: int) -> AlphaStrikeConfig:
    """The same run over the data before `end_ms`."""
    return config.model_copy(update={"data": config.data.model_copy(update={"end": end_ms})})


def main() -> None:
    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    config = AlphaStrikeConfig.model_validate(spec["config"])
    inputs = load_inputs(until(config, spec["end_ms"]))
    times = inputs.history.open_time_ms
    short = load_inputs(until(config, int(times[min(_REHEARSAL_BARS, times.size) - 1])))
    run(config, short, Stopwatch(rehearsal=True))
    watch = Stopwatch()
    split, recording = run(config, inputs, watch)
    peak = peak_mb()
    result = {
        "bars": int(inputs.history.close.size),
        "engine_cpu_s": watch.cpu_s,
        "split": split,
        "fills": len(recording.joined("fills")),
        "peak_mb": peak,
    }
    if config.ml.model is not None:
        result |= prediction_alone(config, inputs)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
