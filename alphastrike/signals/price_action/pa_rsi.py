"""Overbought and oversold by Wilder's relative strength index."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class RelativeStrength:
    """T((50 - RSI) / 15) beyond 30 and 70 (Wilder)."""

    spec = SignalSpec("pa_rsi", Category.PRICE_ACTION, ("rsi_14h",), horizon_hours=6.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the extreme; no opinion between 30 and 70."""
        away = 50.0 - features.feature("rsi_14h")
        return np.where(np.abs(away) <= 20.0, 0.0, squash(away, 1.0 / 15.0))


plugin = RelativeStrength()
