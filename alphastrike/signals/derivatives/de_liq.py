"""A flush of forced orders is bought back."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class LiquidationBounce:
    """T(ln(1 + longs) - ln(1 + shorts) liquidated) while their sum is beyond 3 sigma of 720 h."""

    spec = SignalSpec(
        "de_liq", Category.DERIVATIVES, ("liquidation_tilt", "liquidations_z_720h"), horizon_hours=4.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the forced side; no opinion in ordinary times."""
        tilt = squash(features.feature("liquidation_tilt"))
        size = features.feature("liquidations_z_720h")
        return where_known(np.where(size <= 3.0, 0.0, tilt), size, tilt)


plugin = LiquidationBounce()
