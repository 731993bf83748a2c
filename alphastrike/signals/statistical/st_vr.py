"""Follow moves where returns trend, fade them where they revert."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class VarianceRatioTrend:
    """T(z / 2) · T(r6 / (sigma sqrt(6))), z that of the variance ratio (Lo and MacKinlay 1988)."""

    spec = SignalSpec(
        "st_vr", Category.STATISTICAL, ("return_6h_over_vol", "variance_ratio_z_336h"), horizon_hours=6.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the last six hours in a trending market, against them in a reverting one."""
        trending = squash(features.feature("variance_ratio_z_336h"), 0.5)
        return trending * squash(features.feature("return_6h_over_vol"))


plugin = VarianceRatioTrend()
