"""Paper trading: the engine of the backtest on a feed that goes on, against the simulated venue."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from alphastrike import __version__
from alphastrike.adapters.simulated.instruments import instruments_of
from alphastrike.adapters.simulated.session import SimulatedSession
from alphastrike.app.assembly import Assembly, assemble_listed
from alphastrike.app.assumptions import assumptions_of
from alphastrike.app.block_size import BLOCK_BARS
from alphastrike.app.circuit_rows import intervention_rows, review_rows
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.config_text import config_fingerprint, config_toml
from alphastrike.app.inputs import Inputs
from alphastrike.app.listed import Listed
from alphastrike.app.modes import PAPER, Mode
from alphastrike.app.paper_market import PaperMarket
from alphastrike.app.paper_picture import PictureTaker
from alphastrike.app.paper_venue import PaperVenue
from alphastrike.app.risk_panel import panel_at_end
from alphastrike.app.risk_start import FRESH, RiskStart, begin_risk
from alphastrike.app.stepped_run import BarRecorder
from alphastrike.backtest.recording import Recording
from alphastrike.backtest.result import Provenance, RunResult
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.commands import Step
from alphastrike.domain.events import Event
from alphastrike.domain.outcomes import Code, Stage
from alphastrike.engine.pipeline import Engine
from alphastrike.execution.stage import ExecutionStage
from alphastrike.live.driver import Driver
from alphastrike.live.parts import Advice, Handler, Heard, Sink
from alphastrike.live.past import Lived
from alphastrike.live.picture import Picture
from alphastrike.marketdata.fingerprint import candles_hash
from alphastrike.risk.stage import RiskStage

Watcher = Callable[[Picture], None]
_UNREADY = {code: code.stage is not None and code.stage <= Stage.ML for code in Code}
_RECORDS = ("fills", "funding", "equity", "decisions", "trades", "signals", "risk_states")


@dataclass(frozen=True, slots=True)
class PaperRun:
    """An assembled paper run, warmed up and before its first close. `header` begins its journal.

    `risk_fault` is what was wrong with the risk state it should have started from.
    `advice` hears what the engine asks; what is answered comes back as a told event.
    `warmed` is what halted each symbol at the last close before the first one, 0 for nothing.
    """

    config: AlphaStrikeConfig
    market: PaperMarket
    assembly: Assembly
    engine: Engine
    risk: RiskStage
    session: SimulatedSession
    provenance: Provenance
    header: dict[str, str]
    risk_fault: str | None
    advice: Advice | None
    mode: Mode
    warmed: tuple[int, ...]
    recording: Recording = field(default_factory=Recording)


class _Watched:
    """The engine, with what it sends noted for the picture."""

    def __init__(self, engine: Engine, pictures: PictureTaker) -> None:
        self._engine = engine
        self._pictures = pictures

    def handle(self, event: Event) -> Step:
        step = self._engine.handle(event)
        self._pictures.note(step.commands)
        return step


def open_paper(
    config: AlphaStrikeConfig, market: PaperMarket, start: RiskStart = FRESH, mode: Mode = PAPER
) -> PaperRun:
    """Build the run, let stages 2 to 6 live through the market's past, and set stage 7 to its start."""
    provenance = _provenance(config, market, start, mode)
    run_id = provenance.run_id
    instruments = market.instruments or instruments_of(market.past, config.venue)
    assembly = assemble_listed(config, Listed(market.past, market.funding, instruments), run_id)
    past = assembly.history
    bars = past.open_time_ms.size
    decisions = None
    for bar in range(0, bars, BLOCK_BARS):
        decisions = assembly.stages.advance(past.block(bar, min(bar + BLOCK_BARS, bars)))
    _skip_settled(assembly, market.first_open_ms)
    risk_fault = begin_risk(assembly.desk, market.first_open_ms, start, is_new_account=mode.is_new_account)
    risk = RiskStage(assembly.desk, assembly.instruments)
    execution = ExecutionStage(assembly.desk, assembly.instruments, run_id)
    engine = Engine(past.symbols, assembly.stages, risk, execution)
    engine.circuit_breaker = None if assembly.circuit is None else assembly.circuit.breaker
    return PaperRun(
        config=config,
        market=market,
        assembly=assembly,
        engine=engine,
        risk=risk,
        session=SimulatedSession(assembly.venue, assembly.instruments, assembly.rates, run_id),
        provenance=provenance,
        header={
            "mode": mode.name,
            "version": __version__,
            "run_id": run_id,
            "market": market.label,
            "data_hash": provenance.data_hash,
            "config_toml": provenance.config_toml,
            "risk_start": start.text(),
        },
        risk_fault=risk_fault,
        advice=assembly.circuit,
        mode=mode,
        warmed=() if decisions is None else tuple(decisions.market.halts.code[:, -1].tolist()),
    )


class Trading:
    """Follows a run from close to close: records it, and shows it to whoever watches."""

    def __init__(self, run: PaperRun, watch: Watcher) -> None:
        """Follow this run; its engine is to be driven through `engine`."""
        self._run = run
        self._watch = watch
        self._began = time.perf_counter(), time.process_time()
        self._lived = Lived(run.market.past.symbols, run.market.past.interval_ms)
        self._pictures = PictureTaker(run.assembly.desk, run.market.past.symbols, _title(run))
        self._recorder = BarRecorder(run.assembly, run.recording, run.engine, run.risk)
        self.engine: Handler = _Watched(run.engine, self._pictures)

    def after_close(self, heard: Heard) -> None:
        """Keep what the close left behind."""
        self._lived.add(heard.candles)
        self._recorder.record(every=True)
        self._run.session.rewind()
        self._watch(self.picture(heard.candles.close_time_ms))

    def picture(self, time_ms: int) -> Picture:
        """The run as it is now."""
        return self._pictures.take(time_ms, self._run.engine.decisions)

    def result(self) -> RunResult:
        """What the run folder is written from."""
        elapsed = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        return _result(self._run, self._lived.history(), elapsed)


def readiness(run: PaperRun) -> str:
    """Whether the warm-up was enough: which symbols had references, look-backs and a model's inputs."""
    found = zip(run.market.past.symbols, map(Code, run.warmed), strict=True)
    unready = [f"{symbol} {code.label}" for symbol, code in found if _UNREADY.get(code)]
    ready = len(run.warmed) - len(unready)
    words = f"ready after the warm-up: {ready} of {len(run.warmed)} symbols"
    return words + (f"; not {', '.join(unready)}" if unready else "")


def paper_driver(run: PaperRun, trading: Trading, sink: Sink) -> Driver:
    """The driver of a run on the simulated venue."""
    venue = PaperVenue(run.session, run.market.past.symbols)
    return Driver(trading.engine, venue, sink, trading.after_close, run.advice)


def bars_of(run: PaperRun, duration_ms: int | None) -> int:
    """Closes in a duration of market time, at least one; without a duration as many as there will ever be."""
    interval_ms = run.market.past.interval_ms
    return 2**62 if duration_ms is None else max(1, duration_ms // interval_ms)


def _result(run: PaperRun, history: CandleHistory, elapsed: tuple[float, float]) -> RunResult:
    market, recording = run.market, run.recording
    circuit = run.assembly.circuit
    records: dict[str, Any] = {name: recording.joined(name) for name in _RECORDS}
    inputs = Inputs(history, market.funding, "", market.label, is_synthetic=market.is_synthetic, notes=())
    return RunResult(
        provenance=run.provenance,
        history=history,
        instruments=run.assembly.instruments,
        initial_equity=run.config.backtest.initial_equity,
        risk=panel_at_end(run.assembly.desk, history),
        **records,
        regimes=recording.regimes,
        catalogue=recording.catalogue,
        halts=recording.halts(),
        bars=int(np.isfinite(history.close).sum()),
        liquidations=int(run.assembly.desk.account[0]["liquidations"]),
        first_tradable_ms=recording.first_tradable_ms,
        assumptions=(
            f"warm-up: {run.config.paper.warm_up_days} days of market before the first close, not traded",
            *assumptions_of(run.config, inputs, run.assembly.instruments),
        ),
        elapsed_s=elapsed[0],
        engine_s=elapsed[1],
        extra={},
        breaker=None if circuit is None else run.config.backtest.llm,
        explained=recording.explanations(),
        interventions=() if circuit is None else intervention_rows(circuit),
        reviews=() if circuit is None else review_rows(circuit),
    )


def _title(run: PaperRun) -> str:
    return f"{run.mode.name}: {run.provenance.strategy} on the {run.provenance.data_label}"


def _skip_settled(assembly: Assembly, first_open_ms: int) -> None:
    """Funding of the past is nobody's here."""
    rates = assembly.rates
    for row in range(len(assembly.instruments)):
        start, stop = int(rates.offsets[row]), int(rates.offsets[row + 1])
        rates.cursor[row] = start + int(np.searchsorted(rates.ts_ms[start:stop], first_open_ms))


def _provenance(config: AlphaStrikeConfig, market: PaperMarket, start: RiskStart, mode: Mode) -> Provenance:
    data_hash = candles_hash(market.past)
    config_hash = config_fingerprint(config)
    began = f"{market.label}:{market.first_open_ms}{start.text()}"
    made_of = f"{mode.name}:{__version__}:{config_hash}:{data_hash}:{began}"
    return Provenance(
        run_id=hashlib.sha256(made_of.encode()).hexdigest()[:12],
        seed=config.backtest.seed,
        data_hash=data_hash,
        config_hash=config_hash,
        config_toml=config_toml(config),
        strategy=config.strategy.name if config.strategy.file is None else config.strategy.file.stem,
        data_label=market.label,
        is_synthetic=market.is_synthetic,
    )
