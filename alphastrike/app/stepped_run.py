"""The slow way through a history: the streaming engine, one event at a time."""

from collections.abc import Callable

import numpy as np

from alphastrike.adapters.simulated.session import SimulatedSession
from alphastrike.app.assembly import Assembly
from alphastrike.backtest.recording import Recording
from alphastrike.backtest.stepping import keep_decisions, step_through
from alphastrike.domain.ledger import USED_FILLS, USED_FUNDING, USED_NOTICES
from alphastrike.engine.pipeline import Engine
from alphastrike.execution.stage import ExecutionStage
from alphastrike.risk.stage import RiskStage

_REPORT_EVERY = 64


def run_stepped(
    run: Assembly, recording: Recording, run_id: str, *, every: bool, after_bar: Callable[[int], None]
) -> None:
    """Step the engine through every bar and record what the compiled run records."""
    risk = RiskStage(run.desk, run.instruments)
    execution = ExecutionStage(run.desk, run.instruments, run_id)
    engine = Engine(run.history.symbols, run.stages, risk, execution)
    if run.circuit is not None:
        engine.circuit_breaker = run.circuit.breaker
    session = SimulatedSession(run.venue, run.instruments, run.rates, run_id)
    recorder = BarRecorder(run, recording, engine, risk)
    bars = run.history.open_time_ms.size

    def record(bar: int) -> None:
        recorder.record(every=every)
        session.rewind()
        if bar % _REPORT_EVERY == 0 or bar + 1 == bars:
            after_bar(bar + 1)

    step_through(run.history, session, engine, record, run.circuit)


class BarRecorder:
    """Records what one bar of a stepped engine left behind."""

    def __init__(self, run: Assembly, recording: Recording, engine: Engine, risk: RiskStage) -> None:
        """Read these parts after each bar."""
        self._run = run
        self._recording = recording
        self._engine = engine
        self._risk = risk
        self._last_code = np.full(len(run.instruments), -1, dtype=np.int64)

    def record(self, *, every: bool) -> None:
        """Keep the bar; `every` keeps all decisions, else those that say something new."""
        run, recording, risk = self._run, self._recording, self._risk
        if self._engine.decisions is not None:
            recording.observe(self._engine.decisions)
        recording.add("equity", risk.equity_row)
        recording.add("risk_states", risk.changes())
        keep_decisions(recording, run.desk.decisions, self._last_code, every=every)
        while risk.trades:
            recording.add("trades", risk.trades.pop(0).reshape(1))
        _drain(run, recording)


def _drain(run: Assembly, recording: Recording) -> None:
    venue = run.venue
    recording.add("fills", venue.fills[: venue.used[USED_FILLS]])
    recording.add("funding", venue.funding[: venue.used[USED_FUNDING]])
    venue.used[USED_FILLS] = venue.used[USED_FUNDING] = venue.used[USED_NOTICES] = 0
