"""The side most accounts are on is crowded."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class CrowdedAccounts:
    """-T(z over 720 h) of the log ratio of accounts long to accounts short."""

    spec = SignalSpec("sen_lsr", Category.SENTIMENT, ("long_short_z_720h",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the crowd."""
        return squash(features.feature("long_short_z_720h"), -1.0)


plugin = CrowdedAccounts()
