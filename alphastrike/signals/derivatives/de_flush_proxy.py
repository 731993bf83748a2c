"""A violent candle with a long wick was a flush."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class FlushProxy:
    """T(3 · (lower - upper wick) / range) of a bar beyond 3 average ranges on volume beyond 2 sigma."""

    spec = SignalSpec(
        "de_flush_proxy",
        Category.DERIVATIVES,
        ("range_over_atr", "volume_z_720h", "wick_balance_1h"),
        horizon_hours=4.0,
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Away from the longer wick; no opinion in ordinary times."""
        wick = squash(features.feature("wick_balance_1h"), 3.0)
        spread, volume = features.feature("range_over_atr"), features.feature("volume_z_720h")
        return where_known(np.where((spread > 3.0) & (volume > 2.0), wick, 0.0), spread, volume, wick)


plugin = FlushProxy()
