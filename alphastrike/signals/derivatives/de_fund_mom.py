"""Funding that rises shows who is coming."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class FundingMomentum:
    """T(z over 30 days) of the 8 h change of the predicted funding rate."""

    spec = SignalSpec(
        "de_fund_mom", Category.DERIVATIVES, ("predicted_funding_change_z_30d",), horizon_hours=4.0
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the change."""
        return squash(features.feature("predicted_funding_change_z_30d"), 1.0)


plugin = FundingMomentum()
