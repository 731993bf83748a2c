"""Most symbols up carries the rest."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class MarketBreadth:
    """T(3 · (share of the universe above its 24 h average - 1/2)); five symbols at least."""

    spec = SignalSpec("cor_breadth", Category.CORRELATION, ("breadth_24h",), horizon_hours=12.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the majority."""
        return squash(features.feature("breadth_24h") - 0.5, 3.0)


plugin = MarketBreadth()
