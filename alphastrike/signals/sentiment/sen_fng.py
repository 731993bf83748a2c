"""Extreme fear is bought, extreme greed sold."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class FearAndGreed:
    """T((50 - index) / 20) below 25 and above 75 of the fear and greed index."""

    spec = SignalSpec(
        "sen_fng", Category.SENTIMENT, ("fear_greed",), horizon_hours=72.0, abstains="index between 25 and 75"
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the crowd at the extremes."""
        index = features.feature("fear_greed")
        return np.where((index < 25.0) | (index > 75.0), squash(50.0 - index, 1.0 / 20.0), np.nan)


plugin = FearAndGreed()
