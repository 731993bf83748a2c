"""A day wilder than foretold has gone too far."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class VolatilitySurprise:
    """-sign(r24) · T(z) of the day's log variance against its HAR forecast (Corsi 2009)."""

    spec = SignalSpec(
        "vol_har_surprise",
        Category.VOLATILITY,
        ("har_surprise_z_60d", "return_24h_over_vol"),
        horizon_hours=24.0,
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the day's move after a surprise upwards, with it after one downwards."""
        move = features.feature("return_24h_over_vol")
        return where_known(-np.sign(move) * squash(features.feature("har_surprise_z_60d")), move)


plugin = VolatilitySurprise()
