"""The ensemble strategy: signals vote, their records weigh them, costs have the last word."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from alphastrike.domain.blocks import (
    FeatureBlock,
    Floats,
    ForecastBlock,
    PredictionBlock,
    SignalTrace,
)
from alphastrike.domain.intervals import DAY_MS, HOUR_MS, bars_in
from alphastrike.domain.outcomes import Code
from alphastrike.domain.plugins import Signal, Strategy
from alphastrike.numerics.folds import pack, unpack
from alphastrike.signals.config import EnsembleConfig, SignalsConfig
from alphastrike.signals.decay import STATES
from alphastrike.signals.kernel_calibration import BINS, CALIBRATION, refit
from alphastrike.signals.kernel_combine import RULE, VERDICT, Table, combine
from alphastrike.signals.kernel_gates import GATES, shut_gates, surplus_of
from alphastrike.signals.regime import REGIMES, RegimeTracker
from alphastrike.signals.scheduled import minutes_to_nearest, times_ms
from alphastrike.signals.tracker import DecayTracker, Standing, by_bar

MODEL = "model"
_VOLATILITY = "daily_volatility"
_CALIBRATION_RULES = ("calibration_start", "calibration_spread", "calibration_caution")
# The validator halted the cell because its numbers cannot be believed: no vote, no prediction on record.
_DISTRUSTED = (Code.OUT_OF_RANGE, Code.DRIFT)


@dataclass(frozen=True, slots=True)
class _Panel:
    """The voters in a fixed order; the model's prediction is the last of them."""

    symbols: tuple[str, ...]
    signals: tuple[Signal, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    horizon_hours: tuple[float, ...]

    def votes(self, features: FeatureBlock, prediction: PredictionBlock) -> Floats:
        """(voters, symbols, bars); NaN abstains. The model says 2 p - 1."""
        votes = np.empty((len(self.names), *features.market.close.shape))
        for row, signal in enumerate(self.signals):
            votes[row] = signal.votes(features)
        votes[-1] = 2.0 * prediction.probability_up - 1.0
        code = features.halts.code
        distrusted = (code == _DISTRUSTED[0]) | (code == _DISTRUSTED[1])
        if distrusted.any():
            votes[:, distrusted] = np.nan
        return votes


class EnsembleStrategy:
    """Forecast = capped weighted mean of the votes; conviction from the probability they imply."""

    name = "ensemble"

    def __init__(self, panel: _Panel, interval_ms: int, cost: float, config: SignalsConfig) -> None:
        """`cost` is a round trip's fees and slippage, of notional."""
        symbols = len(panel.symbols)
        horizons = tuple(bars_in(hours, interval_ms) for hours in panel.horizon_hours)
        self.features = _features(panel.signals)
        self.max_holding_hours = config.ensemble.max_holding_hours
        self._panel = panel
        self._event_minutes = config.ensemble.event_minutes
        self._gates = _gates(config.ensemble)
        self._events = times_ms(config.ensemble.events)
        self._categories = np.unique(panel.categories, return_inverse=True)[1].astype(np.int64)
        self._horizon_hours = np.array(horizons) * (interval_ms / HOUR_MS)
        self._rules = _rules(config, cost, interval_ms)
        self._decay = DecayTracker(horizons, symbols, config.decay)
        self._regimes = RegimeTracker(symbols, interval_ms, config.regime)
        signals = len(panel.names)
        spans = self._decay.horizons * symbols
        self._starts = np.concatenate(([0], np.cumsum(spans)[:-1])).astype(np.int64)
        self._table = Table.blank(signals, int(self._categories.max()) + 1)
        self._agreement = np.zeros((2, signals, signals))
        self._claims = np.zeros(int(spans.sum()))
        self._bins = np.zeros((BINS, 3))
        self._calibration = np.zeros(1, dtype=CALIBRATION)
        refit(self._calibration[0], self._bins, *(float(self._rules[name][0]) for name in _CALIBRATION_RULES))
        self._fingerprint = np.frombuffer(_fingerprint(panel, horizons), dtype=np.uint8).copy()

    def advance(self, features: FeatureBlock, prediction: PredictionBlock) -> ForecastBlock:
        """Let the signals vote on every bar, score what has matured, and halt what is not worth it."""
        votes = self._panel.votes(features, prediction)
        regime = self._regimes.advance(features.market)
        standing = self._decay.advance(features.market, votes, regime)
        verdicts = np.zeros(features.market.close.shape, dtype=VERDICT)
        new = slice(standing.seen, None)
        combine(
            standing.first_bar,
            votes[:, :, new],
            by_bar(standing.regime_weight)[new],
            by_bar(standing.regime_odds)[new],
            by_bar(standing.state)[new],
            regime[:, new],
            standing.outcomes[:, :, new],
            self._categories,
            self._decay.groups,
            self._decay.horizons,
            self._horizon_hours,
            np.ascontiguousarray(features.feature(_VOLATILITY)[:, new]),
            self._agreement,
            self._starts,
            self._claims,
            self._bins,
            self._calibration,
            self._rules,
            self._table,
            verdicts[:, new],
        )
        halts = features.halts
        shut_gates(regime, verdicts, self._gates, halts.code, halts.observed, halts.limit)
        self._stand_aside(features)
        return ForecastBlock(
            forecast=np.where(verdicts["voters"] > 0, verdicts["score"], np.nan),
            conviction=np.ascontiguousarray(verdicts["conviction"]),
            regime=regime,
            regimes=REGIMES,
            halts=features.halts,
            trace=self._trace(votes, standing, verdicts),
            surplus=_surplus(verdicts),
            horizon_hours=np.ascontiguousarray(verdicts["horizon_hours"]),
        )

    def _stand_aside(self, features: FeatureBlock) -> None:
        """Open nothing near a scheduled release; the votes are kept and scored as ever."""
        if not self._events.size:
            return
        closes = features.market.open_time_ms + features.market.interval_ms
        minutes = np.broadcast_to(minutes_to_nearest(closes, self._events), features.market.close.shape)
        limit = self._event_minutes
        features.halts.halt(minutes <= limit, Code.SCHEDULED_NEWS, minutes, limit)

    def snapshot(self) -> bytes:
        """Pending votes, evidence and regimes."""
        return pack([self._fingerprint.tobytes(), *(array.tobytes() for array in self._state())])

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of the same signals, symbols and interval; `ValueError` for another's."""
        fingerprint, *parts = unpack(state)
        if fingerprint != self._fingerprint.tobytes():
            raise ValueError("a snapshot of other signals, horizons or symbols; allowed: this ensemble's own")
        for array, part in zip(self._state(), parts, strict=True):
            array.reshape(-1)[:] = np.frombuffer(part, dtype=array.dtype).reshape(array.size)

    def _state(self) -> tuple[NDArray[np.generic], ...]:
        own = (self._agreement, self._claims, self._bins, self._calibration)
        return (*self._decay.state(), *self._regimes.state(), *own)

    def _trace(self, votes: Floats, standing: Standing, verdicts: NDArray[np.void]) -> SignalTrace:
        return SignalTrace(
            names=self._panel.names,
            categories=self._panel.categories,
            states=STATES,
            values=votes,
            weight=standing.weight,
            accuracy=standing.accuracy,
            samples=standing.samples,
            state=standing.state,
            alert=standing.alert,
            probability_up=np.where(verdicts["voters"] > 0, verdicts["probability_up"], np.nan),
        )


class EnsemblePlugin:
    """How the ensemble is configured and built."""

    name = "ensemble"
    Config = SignalsConfig

    def features(self, config: SignalsConfig, signals: tuple[Signal, ...]) -> tuple[str, ...]:  # noqa: ARG002
        """What the signals read, and the volatility that costs are held against."""
        return _features(signals)

    def build(
        self,
        config: SignalsConfig,
        symbols: tuple[str, ...],
        interval_ms: int,
        round_trip_cost: float,
        signals: tuple[Signal, ...],
    ) -> Strategy:
        """A fresh ensemble of these signals, in the order of their names."""
        ranked = tuple(sorted(signals, key=lambda signal: signal.spec.name))
        panel = _Panel(
            symbols=tuple(symbols),
            signals=ranked,
            names=(*(signal.spec.name for signal in ranked), MODEL),
            categories=(*(signal.spec.category.value for signal in ranked), MODEL),
            horizon_hours=(
                *(signal.spec.horizon_hours for signal in ranked),
                config.decay.model_horizon_hours,
            ),
        )
        return EnsembleStrategy(panel, interval_ms, round_trip_cost, config)


plugin = EnsemblePlugin()


def _fingerprint(panel: _Panel, horizons: tuple[int, ...]) -> bytes:
    """What a snapshot must have in common with whoever restores it, in 32 bytes."""
    voters = zip(panel.names, panel.categories, horizons, strict=True)
    return sha256(repr(("votes as bits", panel.symbols, tuple(voters))).encode()).digest()


def _features(signals: tuple[Signal, ...]) -> tuple[str, ...]:
    named = {name for signal in signals for name in signal.spec.features}
    return tuple(sorted(named | {_VOLATILITY}))


def _rules(config: SignalsConfig, round_trip_cost: float, interval_ms: int) -> NDArray[np.void]:
    rules = np.zeros(1, dtype=RULE)
    every = max(1, HOUR_MS // interval_ms)
    samples = config.ensemble.likeness_half_life_days * DAY_MS / (every * interval_ms)
    rules["bars_per_sample"] = every
    rules["likeness_keep"] = 0.5 ** (1.0 / samples)
    for name in _CALIBRATION_RULES:
        rules[name] = getattr(config.ensemble, name)
    rules["pool_correlation"] = config.decay.pool_correlation
    rules["half_life"] = config.decay.half_life
    rules["min_vote"] = config.decay.min_vote
    rules["signal_cap"] = config.ensemble.signal_cap
    rules["category_cap"] = config.ensemble.category_cap
    rules["full_edge"] = config.ensemble.full_conviction_edge
    rules["provisional_cap"] = config.ensemble.conviction_threshold
    rules["round_trip_cost"] = round_trip_cost
    rules["edge_over_cost"] = config.ensemble.edge_over_cost
    return rules


def _gates(config: EnsembleConfig) -> np.void:
    gates = np.zeros(1, dtype=GATES)
    for name in GATES.names or ():
        gates[name] = getattr(config, name)
    record: np.void = gates[0]
    return record


def _surplus(verdicts: NDArray[np.void]) -> Floats:
    surplus: Floats = np.empty(verdicts.shape)
    surplus_of(verdicts, surplus)
    return surplus
