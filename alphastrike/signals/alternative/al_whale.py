"""Large deposits are about to be sold."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class WhaleDeposits:
    """-T(z over 30 days) of large deposits to exchanges."""

    spec = SignalSpec("al_whale", Category.ALTERNATIVE, ("whale_deposits_z_30d",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against large deposits."""
        return squash(features.feature("whale_deposits_z_30d"), -1.0)


plugin = WhaleDeposits()
