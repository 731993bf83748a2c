"""A burst of volatility has overshot."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class VolatilityTermStructure:
    """-sign(r6) · T(max(0, rho - 0.5)), rho = ln(sigma 6 h / sigma 168 h) (Yang and Zhang 2000)."""

    spec = SignalSpec(
        "vol_term", Category.VOLATILITY, ("return_6h_over_vol", "volatility_term"), horizon_hours=6.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the last six hours when they were far wilder than the week."""
        move = features.feature("return_6h_over_vol")
        burst = np.maximum(0.0, features.feature("volatility_term") - 0.5)
        return where_known(-np.sign(move) * squash(burst), move)


plugin = VolatilityTermStructure()
