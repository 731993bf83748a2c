"""Large traders against the crowd."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class TopTradersAgainstCrowd:
    """T(z over 720 h) of the log of top traders' ratio over that of all accounts."""

    spec = SignalSpec("sen_top_vs_crowd", Category.SENTIMENT, ("top_vs_crowd_z_720h",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the large traders."""
        return squash(features.feature("top_vs_crowd_z_720h"), 1.0)


plugin = TopTradersAgainstCrowd()
