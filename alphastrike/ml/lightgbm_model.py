"""A trained LightGBM model as stage 5."""

from dataclasses import dataclass

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats, PredictionBlock
from alphastrike.domain.outcomes import Code
from alphastrike.ml.kernel_rows import note_silence
from alphastrike.ml.kernel_trees import Trees, predict
from alphastrike.ml.record import Calibration


@dataclass(frozen=True, slots=True)
class Terms:
    """How a model may speak. `votes` false: in shadow, what it says is kept but not heard.

    It is silent on bars that close at or before `learnt_until_ms`: it was made from them.
    """

    calibration: Calibration
    votes: bool
    learnt_until_ms: int
    max_silent_bars: int


class LightGBMModel:
    """Calibrated probability that the price rises; one thread, the same bits by bar or by block.

    A row in which one of its features is missing gets no vote: a tree answers plausibly even then,
    and the answer means nothing. A feature missing more than `max_silent_bars` in a row halts the
    symbol with `MODEL_INPUT_MISSING`; a block without one of the features halts with
    `SCHEMA_MISMATCH` (observed: how many are missing, limit: 0). In shadow it never halts.
    """

    def __init__(self, trees: Trees, features: tuple[str, ...], symbols: int, terms: Terms) -> None:
        """`features` in the order of the trees' columns, for this many symbols."""
        self.features = features
        self._terms = terms
        self._trees = trees
        self._silent = np.zeros((len(features), symbols), dtype=np.int64)

    def advance(self, features: FeatureBlock) -> PredictionBlock:
        """Predict every bar of the block."""
        shape = features.market.close.shape
        missing = sum(name not in features.names for name in self.features)
        if missing:
            if self._terms.votes:
                everywhere = np.ones(shape, dtype=np.bool_)
                features.halts.halt(everywhere, Code.SCHEMA_MISMATCH, float(missing), 0.0)
            return PredictionBlock(np.full(shape, np.nan), features.halts)
        probability = self._predicted(features)
        if self._terms.votes:
            return PredictionBlock(probability, features.halts)
        return PredictionBlock(np.full(shape, np.nan), features.halts, shadow=probability)

    def snapshot(self) -> bytes:
        """How long each feature has been silent."""
        return self._silent.tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of the same features and symbols."""
        self._silent[...] = np.frombuffer(state, dtype=np.int64).reshape(self._silent.shape)

    def _predicted(self, features: FeatureBlock) -> Floats:
        market = features.market
        columns = np.array([features.names.index(name) for name in self.features], dtype=np.int64)
        values = np.ascontiguousarray(features.values)
        speaks = np.empty(market.close.shape, dtype=np.bool_)
        longest = np.empty(market.close.shape, dtype=np.int64)
        note_silence(values, columns, self._silent, self._terms.max_silent_bars, speaks, longest)
        if self._terms.votes:
            limit = float(self._terms.max_silent_bars)
            features.halts.halt(longest > 0, Code.MODEL_INPUT_MISSING, longest.astype(np.float64), limit)
        speaks[:, market.open_time_ms + market.interval_ms <= self._terms.learnt_until_ms] = False
        raw = np.full(market.close.shape, np.nan)
        predict(values, columns, speaks, self._trees, raw)
        return self._terms.calibration.probabilities(raw.reshape(-1)).reshape(raw.shape)
