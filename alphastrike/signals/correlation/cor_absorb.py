"""A falling market that moves as one is fragile."""

import numpy as np

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class FragileMarket:
    """-T(z over 720 h of the absorption ratio of 72 h) while the market fell (Kritzman et al. 2011)."""

    spec = SignalSpec(
        "cor_absorb", Category.CORRELATION, ("absorption_z_720h", "market_return_24h"), horizon_hours=24.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """Down when a falling market is tightly coupled, up when it is loose; no opinion in a rising one."""
        coupled = squash(features.feature("absorption_z_720h"), -1.0)
        moved = features.feature("market_return_24h")
        return where_known(np.where(moved >= 0.0, 0.0, coupled), coupled, moved)


plugin = FragileMarket()
