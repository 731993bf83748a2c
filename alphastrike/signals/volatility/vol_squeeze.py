"""The side on which a quiet range is left."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class Squeeze:
    """T(position in the range of 24 h) while range volatility ranks below 0.15 (Garman and Klass 1980)."""

    spec = SignalSpec(
        "vol_squeeze",
        Category.VOLATILITY,
        ("garman_klass_rank_720h", "range_position_24h"),
        horizon_hours=12.0,
        abstains="range volatility not in the lowest 15 %",
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the edge the price is at while the range is tight."""
        rank = features.feature("garman_klass_rank_720h")
        side = squash(features.feature("range_position_24h"))
        return where_known(np.where(rank < 0.15, side, np.nan), rank)


plugin = Squeeze()
