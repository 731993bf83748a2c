"""Unusual funding means one side is crowded."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class FundingReversal:
    """-T(z / 1.5) beyond one of the settled funding rate over 90 days."""

    spec = SignalSpec("de_funding", Category.DERIVATIVES, ("funding_z_90d",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the side that pays; no opinion at ordinary rates."""
        rate = features.feature("funding_z_90d")
        return np.where(np.abs(rate) <= 1.0, 0.0, squash(rate, -1.0 / 1.5))


plugin = FundingReversal()
