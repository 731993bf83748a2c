"""Money moving into bitcoin leaves the others."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class BitcoinDominance:
    """-T(z over 90 days) of the 5-day change of bitcoin's dominance."""

    spec = SignalSpec("ma_btcdom", Category.MACRO, ("dominance_z_90d", "reference_break"), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the change; bitcoin itself abstains."""
        return where_known(
            squash(features.feature("dominance_z_90d"), -1.0), features.feature("reference_break")
        )


plugin = BitcoinDominance()
