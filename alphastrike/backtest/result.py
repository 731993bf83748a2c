"""A finished run: everything its artefacts and its report are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alphastrike.backtest.explained import ExplainedDecision
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.instruments import UnifiedInstrument

Records = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class SignalCatalogue:
    """Names by which the run's signal records are read back; empty for a single-rule strategy."""

    names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the run came from: enough to repeat it."""

    run_id: str
    seed: int
    data_hash: str
    config_hash: str
    config_toml: str
    strategy: str
    data_label: str
    is_synthetic: bool


@dataclass(frozen=True, slots=True)
class RunResult:
    """Records are `domain.records` layouts; every array is in time order.

    `first_tradable_ms` is the first close at which any symbol passed stages 1 to 5, None when
    none ever did. `bars` counts (symbol, bar) cells that hold a candle. `halts` maps stage name
    to code label to number of (symbol, bar) cells. `breaker` names the advisor, None when off; its
    rows are those of `backtest.interventions`.
    """

    provenance: Provenance
    history: CandleHistory
    instruments: tuple[UnifiedInstrument, ...]
    initial_equity: float
    fills: Records
    funding: Records
    equity: Records
    decisions: Records
    trades: Records
    signals: Records
    risk_states: Records
    risk: dict[str, Any]  # the panel at the end, see `risk_panel`
    regimes: tuple[str, ...]
    catalogue: SignalCatalogue
    halts: dict[str, dict[str, int]]
    bars: int
    liquidations: int
    first_tradable_ms: int | None
    assumptions: tuple[str, ...]
    elapsed_s: float
    engine_s: float
    extra: dict[str, Any]
    breaker: str | None = None
    interventions: tuple[dict[str, Any], ...] = ()
    reviews: tuple[dict[str, Any], ...] = ()
    kept: Mapping[str, Path] = field(default_factory=dict)  # files copied beside the artefacts, by name
    explained: tuple[ExplainedDecision, ...] = ()
