"""The slot of stage 5 without a model."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, PredictionBlock


class NoModel:
    """Never votes and never halts."""

    features: tuple[str, ...] = ()

    def advance(self, features: FeatureBlock) -> PredictionBlock:
        """NaN for every bar."""
        silence = np.full(features.market.close.shape, np.nan)
        return PredictionBlock(probability_up=silence, halts=features.halts)

    def snapshot(self) -> bytes:
        """Nothing to keep."""
        return b""

    def restore(self, state: bytes) -> None:
        """Nothing to go back to."""
