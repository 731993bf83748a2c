"""Running the whole engine on a market in memory, compiled or stepped."""

from dataclasses import dataclass, replace

import numpy as np

from alphastrike.app.assembly import Assembly, assemble
from alphastrike.app.compiled_run import run_compiled
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.stepped_run import run_stepped
from alphastrike.backtest.recording import Recording
from alphastrike.domain.blocks import CandleHistory, FeatureBlock, ForecastBlock, PredictionBlock
from alphastrike.domain.funding import FundingHistory

KINDS = ("fills", "funding", "equity", "decisions", "trades", "signals", "risk_states")


@dataclass(slots=True)
class CoinFlip:
    """A strategy that knows nothing: every few hours it wants in on the side a coin shows."""

    seed: int
    every: int = 6
    name: str = "coin_flip"
    features: tuple[str, ...] = ()
    max_holding_hours: float = 0.0

    def advance(self, features: FeatureBlock, prediction: PredictionBlock) -> ForecastBlock:
        shape = features.market.close.shape
        forecast = np.zeros(shape)
        for column, open_ms in enumerate(features.market.open_time_ms):
            hour = int(open_ms // features.market.interval_ms)
            if hour % self.every == 0:
                forecast[:, column] = np.random.default_rng((self.seed, hour)).choice([-1.0, 1.0], shape[0])
        none = np.zeros(shape, dtype=np.int8)
        return ForecastBlock(forecast, np.full(shape, 100.0), none, ("none",), features.halts)

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        pass


def finished(
    config: AlphaStrikeConfig,
    history: CandleHistory,
    funding: FundingHistory,
    *,
    stepped: bool = False,
    strategy: object | None = None,
    restraints: np.ndarray | None = None,
) -> tuple[Recording, Assembly]:
    """The record of a run and the books it left, every decision kept."""
    run = assemble(config, history, funding)
    if strategy is not None:
        run = replace(run, stages=replace(run.stages, strategy=strategy))
    if restraints is not None:
        run.desk.restraints[:] = restraints
    recording = Recording()
    if stepped:
        run_stepped(run, recording, "run", every=True, after_bar=lambda _done: None)
    else:
        run_compiled(run, recording, every=True, after_block=lambda _done: None)
    return recording, run


def rows_until(recording: Recording, kind: str, until_ms: int) -> bytes:
    """The records of one kind up to and including a time, as bytes."""
    rows = recording.joined(kind)
    time = "closed_ms" if kind == "trades" else "ts_ms"
    return rows[rows[time] <= until_ms].tobytes()
