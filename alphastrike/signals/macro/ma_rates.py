"""Rising rates weigh on assets without yield."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class RatesPressure:
    """-T(z over 252 sessions) of the 5-session change of the 2-year yield."""

    spec = SignalSpec("ma_rates", Category.MACRO, ("rates_z_252d",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the yield."""
        return squash(features.feature("rates_z_252d"), -1.0)


plugin = RatesPressure()
