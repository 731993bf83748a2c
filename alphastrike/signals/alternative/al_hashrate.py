"""Miners invest when they are confident."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class HashrateTrend:
    """T(z over 90 days) of the 30-day change of the log hash rate."""

    spec = SignalSpec("al_hashrate", Category.ALTERNATIVE, ("hashrate_change_z_90d",), horizon_hours=72.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the change."""
        return squash(features.feature("hashrate_change_z_90d"), 1.0)


plugin = HashrateTrend()
