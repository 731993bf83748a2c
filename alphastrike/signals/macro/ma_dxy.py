"""A rising dollar weighs on everything priced in it."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class DollarStrength:
    """-T(z over 252 sessions) of the 5-session return of the dollar index."""

    spec = SignalSpec("ma_dxy", Category.MACRO, ("dollar_z_252d",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the dollar."""
        return squash(features.feature("dollar_z_252d"), -1.0)


plugin = DollarStrength()
