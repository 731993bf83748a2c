"""Moves on growing positions go on."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class OpenInterestTrend:
    """T(z over 720 h of the 24 h change of ln open interest) · T(r24 / (sigma sqrt(24)))."""

    spec = SignalSpec(
        "de_oi_price",
        Category.DERIVATIVES,
        ("open_interest_change_z_720h", "return_24h_over_vol"),
        horizon_hours=24.0,
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the day's move while positions grow, against it while they shrink."""
        growing = squash(features.feature("open_interest_change_z_720h"))
        return growing * squash(features.feature("return_24h_over_vol"))


plugin = OpenInterestTrend()
