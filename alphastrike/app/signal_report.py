"""What every signal says on a set of data: how often it votes, and what keeps it from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alphastrike.app.abilities import lack_of
from alphastrike.app.assembly import RISK_FEATURES
from alphastrike.app.block_size import BLOCK_BARS
from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.discovery import available, chosen
from alphastrike.app.inputs import load_inputs
from alphastrike.domain.blocks import CandleHistory, FeatureBlock
from alphastrike.domain.intervals import HOUR_MS, bars_in
from alphastrike.domain.plugins import FeatureSpec, Signal
from alphastrike.features.feature_set import FeatureSet
from alphastrike.gateway.candle_gateway import CandleGateway


@dataclass(frozen=True, slots=True)
class SignalReport:
    """`votes_share` is of all candles; `reason` says why the signal abstains on the others."""

    signal: str
    category: str
    horizon_hours: float
    features: tuple[str, ...]
    votes_share: float
    reason: str


def signal_report(config: AlphaStrikeConfig) -> list[SignalReport]:
    """One row a signal, by category, of every signal there is, on the data of the configuration."""
    history = load_inputs(config).history
    enabled = tuple(chosen("signals", available("signals"), "signals").values())
    wanted = {*RISK_FEATURES, *(name for signal in enabled for name in signal.spec.features)}
    features = chosen("features", wanted, "features")
    specs = {name: feature.spec for name, feature in features.items()}
    lacks = {signal.spec.name: lack_of(signal, specs, history.symbols, history.series) for signal in enabled}
    able = tuple(signal for signal in enabled if lacks[signal.spec.name] is None)
    needed = {*RISK_FEATURES, *(name for signal in able for name in signal.spec.features)}
    stage = FeatureSet(
        tuple(feature for name, feature in features.items() if name in needed),
        history.symbols,
        history.interval_ms,
        RISK_FEATURES,
    )
    counted = _counted(config, history, stage, able)
    rows = [_row(signal, lacks[signal.spec.name], specs, history, counted) for signal in enabled]
    return sorted(rows, key=lambda row: (row.category, row.signal))


@dataclass(slots=True)
class _Counts:
    """Cells in which candles, features and votes are known."""

    candles: int
    longest: int
    known: dict[str, int]
    fed: dict[str, int]
    votes: dict[str, int]


def _counted(
    config: AlphaStrikeConfig, history: CandleHistory, stage: FeatureSet, able: tuple[Signal, ...]
) -> _Counts:
    gateway = CandleGateway(history.symbols, history.interval_ms, 1, config.gateway)
    counts = _Counts(0, 0, dict.fromkeys(stage.names, 0), {}, {})
    for start in range(0, history.open_time_ms.size, BLOCK_BARS):
        block = history.block(start, min(start + BLOCK_BARS, history.open_time_ms.size))
        _count(stage.advance(gateway.advance(block)), able, counts)
    counts.longest = int(np.isfinite(history.close).sum(axis=1).max(initial=0))
    return counts


def _count(features: FeatureBlock, able: tuple[Signal, ...], counts: _Counts) -> None:
    candles = np.isfinite(features.market.close)
    counts.candles += int(candles.sum())
    for name in features.names:
        counts.known[name] += int(np.isfinite(features.feature(name)).sum())
    for signal in able:
        name = signal.spec.name
        fed = candles.copy()
        for feature in signal.spec.features:
            fed &= np.isfinite(features.feature(feature))
        votes = np.isfinite(signal.votes(features))
        counts.fed[name] = counts.fed.get(name, 0) + int(fed.sum())
        counts.votes[name] = counts.votes.get(name, 0) + _both(votes, candles)


def _both(votes: NDArray[np.bool_], candles: NDArray[np.bool_]) -> int:
    return int((votes & candles).sum())


def _row(
    signal: Signal, lack: str | None, specs: dict[str, FeatureSpec], history: CandleHistory, counts: _Counts
) -> SignalReport:
    spec = signal.spec
    votes = counts.votes.get(spec.name, 0)
    reason = lack if lack is not None else _reason(signal, specs, history, counts)
    share = votes / counts.candles if counts.candles else 0.0
    return SignalReport(spec.name, spec.category.value, spec.horizon_hours, spec.features, share, reason)


def _reason(signal: Signal, specs: dict[str, FeatureSpec], history: CandleHistory, counts: _Counts) -> str:
    """Why a signal the data can feed abstains on some of the candles."""
    name = signal.spec.name
    reasons = []
    never = [each for each in signal.spec.features if counts.known[each] == 0]
    for each in never[:1]:
        needed = bars_in(specs[each].lookback_hours, history.interval_ms)
        if needed >= counts.longest:
            hours = counts.longest * history.interval_ms / HOUR_MS
            return f"{each} needs {specs[each].lookback_hours:g} h of candles, the data have {hours:g} h"
        return f"{each} is never known: {' or '.join(specs[each].inputs[1:] or specs[each].inputs)} missing"
    if counts.fed[name] < counts.candles:
        reasons.append("warm-up, gaps or missing inputs")
    if counts.votes[name] < counts.fed[name] and signal.spec.abstains:
        reasons.append(signal.spec.abstains)
    return "; ".join(reasons)
