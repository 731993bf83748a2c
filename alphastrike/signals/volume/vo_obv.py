"""Volume that follows the price."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class OnBalanceVolumeTrend:
    """T(z over 168 h) of the 24 h slope of on-balance volume."""

    spec = SignalSpec("vo_obv", Category.VOLUME, ("obv_slope_z_168h",), horizon_hours=12.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the slope."""
        return squash(features.feature("obv_slope_z_168h"), 1.0)


plugin = OnBalanceVolumeTrend()
