"""New stablecoins are money waiting."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class StablecoinGrowth:
    """T(z over 90 days) of the week's growth of the stablecoin supply."""

    spec = SignalSpec("al_stables", Category.ALTERNATIVE, ("stablecoin_growth_z_90d",), horizon_hours=72.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the growth."""
        return squash(features.feature("stablecoin_growth_z_90d"), 1.0)


plugin = StablecoinGrowth()
