"""A day's move far outside its own distribution is partly taken back."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class Stretch:
    """-T(z / 1.5) of z = r24 / (sigma sqrt(24)) beyond 1.5: mean reversion of a standardised sum."""

    spec = SignalSpec("st_stretch", Category.STATISTICAL, ("return_24h_over_vol",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the day's move; no opinion within 1.5 sigma."""
        stretch = features.feature("return_24h_over_vol")
        return np.where(np.abs(stretch) <= 1.5, 0.0, squash(stretch, -1.0 / 1.5))


plugin = Stretch()
