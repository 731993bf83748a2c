"""Returns on high volume are liquidity trades and reverse."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class VolumeReversal:
    """-T(r1 / sigma) max(0, T(z of log volume)) (Campbell, Grossman and Wang 1993)."""

    spec = SignalSpec("vo_cgw", Category.VOLUME, ("return_1h_over_vol", "volume_z_168h"), horizon_hours=1.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the last hour in proportion to unusual volume; 0 when volume is normal or low."""
        crowd = np.maximum(0.0, squash(features.feature("volume_z_168h")))
        return squash(features.feature("return_1h_over_vol"), -1.0) * crowd


plugin = VolumeReversal()
