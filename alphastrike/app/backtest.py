"""The main job: a configuration in, a finished run out."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alphastrike import __version__
from alphastrike.app.assembly import Assembly, assemble
from alphastrike.app.assumptions import assumptions_of
from alphastrike.app.circuit_rows import intervention_rows, review_rows
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_strategies import configured_strategy
from alphastrike.app.config_text import config_fingerprint, config_toml
from alphastrike.app.inputs import Inputs
from alphastrike.app.risk_panel import panel_at_end
from alphastrike.app.seeding import load_seeded
from alphastrike.app.traces import finish_traces, recording_traces
from alphastrike.backtest.recording import Recording
from alphastrike.backtest.result import Provenance, RunResult
from alphastrike.marketdata.fingerprint import funding_hash

# Above this many candles only decisions that act or say something new are kept.
EVERY_DECISION_BARS = 500_000

Progress = Callable[[int, int], None]


def _say_nothing(_line: str) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class _Clock:
    """Seconds spent; the only numbers of a run that differ from one time to the next."""

    started: float
    engine: float = 0.0


def run_backtest(
    config: AlphaStrikeConfig,
    *,
    step_every_bar: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = _say_nothing,
) -> RunResult:
    """Run a backtest. `step_every_bar` steps the streaming engine instead; the result is the same.

    `progress` is called with bars done and bars in all, `say` with what a person should know of traces.
    """
    clock = _Clock(time.perf_counter())
    configured_strategy(config)  # a name that does not exist should not cost the loading of data
    seeded = load_seeded(config)
    inputs = seeded.inputs
    provenance = provenance_of(config, inputs)
    recording = Recording()
    total = inputs.history.open_time_ms.size

    def report(done: int) -> None:
        if progress is not None:
            progress(done, total)

    report(0)
    with recording_traces(config, provenance.run_id, say) as tee:
        run = assemble(seeded.config, inputs.history, inputs.funding, provenance.run_id, tee)
        begun = time.process_time()
        seeded.gather(run.stages)
        _drive(run, recording, provenance.run_id, report, step_every_bar=step_every_bar)
        clock.engine = time.process_time() - begun
        if tee is not None and run.circuit is not None:
            finish_traces(tee, run.circuit)
    return _result(config, inputs, run, recording, (provenance, clock))


def _drive(
    run: Assembly, recording: Recording, run_id: str, report: Callable[[int], None], *, step_every_bar: bool
) -> None:
    every = int(np.isfinite(run.history.close).sum()) <= EVERY_DECISION_BARS
    if step_every_bar:
        from alphastrike.app.stepped_run import run_stepped  # noqa: PLC0415 - one of the two is needed

        run_stepped(run, recording, run_id, every=every, after_bar=report)
    else:
        from alphastrike.app.compiled_run import run_compiled  # noqa: PLC0415 - one of the two is needed

        run_compiled(run, recording, every=every, after_block=report)


def _result(
    config: AlphaStrikeConfig,
    inputs: Inputs,
    run: Assembly,
    recording: Recording,
    origin: tuple[Provenance, _Clock],
) -> RunResult:
    provenance, clock = origin
    return RunResult(
        provenance=provenance,
        history=inputs.history,
        instruments=run.instruments,
        initial_equity=config.backtest.initial_equity,
        fills=recording.joined("fills"),
        funding=recording.joined("funding"),
        equity=recording.joined("equity"),
        decisions=recording.joined("decisions"),
        trades=recording.joined("trades"),
        signals=recording.joined("signals"),
        risk_states=recording.joined("risk_states"),
        risk=panel_at_end(run.desk, inputs.history),
        regimes=recording.regimes,
        catalogue=recording.catalogue,
        halts=recording.halts(),
        bars=int(np.isfinite(inputs.history.close).sum()),
        liquidations=int(run.desk.account[0]["liquidations"]),
        first_tradable_ms=recording.first_tradable_ms,
        assumptions=assumptions_of(config, inputs, run.instruments),
        elapsed_s=time.perf_counter() - clock.started,
        engine_s=clock.engine,
        extra={},
        breaker=None if run.circuit is None else config.backtest.llm,
        interventions=() if run.circuit is None else intervention_rows(run.circuit),
        reviews=() if run.circuit is None else review_rows(run.circuit),
        explained=recording.explanations(),
    )


def data_digest(inputs: Inputs) -> str:
    """SHA-256 (hex) of the candles and rates a run reads."""
    return hashlib.sha256(f"{inputs.content_hash}:{funding_hash(inputs.funding)}".encode()).hexdigest()


def provenance_of(config: AlphaStrikeConfig, inputs: Inputs) -> Provenance:
    """Identify the run by what it is made of: paths and output folder are not part of that."""
    config_hash = config_fingerprint(config)
    digest = data_digest(inputs)
    run_id = hashlib.sha256(f"{__version__}:{config_hash}:{digest}".encode()).hexdigest()[:12]
    strategy = config.strategy.name if config.strategy.file is None else config.strategy.file.stem
    return Provenance(
        run_id=run_id,
        seed=config.backtest.seed,
        data_hash=digest,
        config_hash=config_hash,
        config_toml=config_toml(config),
        strategy=strategy,
        data_label=inputs.label,
        is_synthetic=inputs.is_synthetic,
    )
