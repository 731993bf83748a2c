"""What a run keeps, gathered block by block."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.backtest.explained import (
    MOST_EXPLAINED,
    ExplainedDecision,
    explained_close,
    explained_orders,
)
from alphastrike.backtest.result import Records, SignalCatalogue
from alphastrike.domain.blocks import DecisionBlock
from alphastrike.domain.intervals import DAY_MS
from alphastrike.domain.outcomes import Code, Stage
from alphastrike.domain.records import DECISION, EQUITY, FILL, FUNDING, RISK_CHANGE, SIGNAL, TRADE

_LAYOUTS = {
    "fills": FILL,
    "funding": FUNDING,
    "decisions": DECISION,
    "equity": EQUITY,
    "trades": TRADE,
    "risk_states": RISK_CHANGE,
}

_TIMES = {"fills": "ts_ms", "funding": "ts_ms", "trades": "closed_ms"}


@dataclass(slots=True)
class Recording:
    """The growing record of a run."""

    parts: dict[str, list[Records]] = field(
        default_factory=lambda: {name: [] for name in (*_LAYOUTS, "signals")}
    )
    codes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1000, dtype=np.int64))
    catalogue: SignalCatalogue = field(default_factory=SignalCatalogue)
    regimes: tuple[str, ...] = ()
    first_tradable_ms: int | None = None
    explained: deque[ExplainedDecision] = field(default_factory=lambda: deque(maxlen=MOST_EXPLAINED))
    block: DecisionBlock | None = None

    def add(self, name: str, rows: Records) -> None:
        """Append a copy of `rows` of one kind."""
        if rows.size:
            self.parts[name].append(rows.copy())
            if name == "decisions" and self.block is not None:
                self.explained.extend(explained_orders(self.block, rows))

    def joined(self, name: str) -> Records:
        """Everything of one kind, in order of time."""
        layout = SIGNAL if name == "signals" else _LAYOUTS[name]
        rows = np.concatenate([np.zeros(0, dtype=layout), *self.parts[name]])
        if name not in _TIMES:
            return rows
        # Inside a candle one symbol is lived through after another.
        ordered: Records = rows[np.argsort(rows[_TIMES[name]], kind="stable")]
        return ordered

    def observe(self, block: DecisionBlock) -> None:
        """Note what the market side of a block says: regimes, signals at day's end, warm-up."""
        self.block = block
        self.regimes = block.forecast.regimes
        close_ms = block.market.open_time_ms + block.market.interval_ms - 1
        if self.first_tradable_ms is None:
            code = block.forecast.halts.code
            tradable = ((code == 0) | (code >= Stage.STRATEGY * 100)).any(axis=0)
            if tradable.any():
                self.first_tradable_ms = int(close_ms[int(np.argmax(tradable))])
        trace = block.forecast.trace
        if trace is not None:
            self.catalogue = SignalCatalogue(trace.names, trace.categories, trace.states)
            day_ends = np.flatnonzero((close_ms + 1) % DAY_MS == 0)
            self.add("signals", _signal_rows(trace, day_ends, close_ms))

    def explanations(self) -> tuple[ExplainedDecision, ...]:
        """The newest orders taken apart; where none was sent, what every symbol said at the last close."""
        if self.explained or self.block is None:
            return tuple(self.explained)
        return explained_close(self.block)

    def halts(self) -> dict[str, dict[str, int]]:
        """Cells by stage and code, in the order of the stages."""
        table: dict[str, dict[str, int]] = {}
        for value in np.flatnonzero(self.codes):
            code = Code(int(value))
            if code.stage is not None:
                table.setdefault(code.stage.name.lower(), {})[code.label] = int(self.codes[value])
        return table


def _signal_rows(trace: Any, bars: NDArray[np.int64], close_ms: NDArray[np.int64]) -> Records:
    signals, symbols = trace.values.shape[0], trace.values.shape[1]
    rows = np.zeros((bars.size, symbols, signals), dtype=SIGNAL)
    rows["ts_ms"] = close_ms[bars][:, None, None]
    rows["symbol"] = np.arange(symbols)[None, :, None]
    rows["signal"] = np.arange(signals)[None, None, :]
    rows["value"] = np.moveaxis(trace.values[:, :, bars], 2, 0).transpose(0, 2, 1)
    for name in ("weight", "accuracy", "samples", "state", "alert"):
        rows[name] = getattr(trace, name)[:, bars].T[:, None, :]
    return rows.reshape(-1)
