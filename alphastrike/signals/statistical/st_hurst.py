"""Follow the day where returns persist."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class Persistence:
    """T(6 (H - 1/2)) · T(r24 / (sigma sqrt(24))) for |H - 1/2| above 0.05 (Peng et al. 1994)."""

    spec = SignalSpec(
        "st_hurst", Category.STATISTICAL, ("hurst_512h", "return_24h_over_vol"), horizon_hours=24.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the day's move where H is high, against it where it is low."""
        away = features.feature("hurst_512h") - 0.5
        move = squash(features.feature("return_24h_over_vol"))
        return where_known(np.where(np.abs(away) <= 0.05, 0.0, squash(away, 6.0) * move), away, move)


plugin = Persistence()
