"""Fear told from price alone is bought, its absence sold."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class FearProxy:
    """T(4 (fear - 1/2)) beyond a quarter either way; fear is drawdown, volatility and weakness, 0 to 1."""

    spec = SignalSpec(
        "sen_proxy",
        Category.SENTIMENT,
        ("fear_720h",),
        horizon_hours=48.0,
        abstains="fear between 0.25 and 0.75",
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Up in fear, down in greed."""
        away = features.feature("fear_720h") - 0.5
        return np.where(np.abs(away) > 0.25, squash(away, 4.0), np.nan)


plugin = FearProxy()
