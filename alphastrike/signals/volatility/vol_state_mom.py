"""Trends last in calm markets and turn in storms."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash, where_known


class CalmMomentum:
    """T(r12 / (sigma sqrt(12))) · (1 - 2 · rank of volatility over 90 days)."""

    spec = SignalSpec(
        "vol_state_mom",
        Category.VOLATILITY,
        ("return_12h_over_vol", "volatility_rank_2160h"),
        horizon_hours=12.0,
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the 12 h move in calm, against it in storms."""
        rank = features.feature("volatility_rank_2160h")
        return where_known(squash(features.feature("return_12h_over_vol")) * (1.0 - 2.0 * rank))


plugin = CalmMomentum()
