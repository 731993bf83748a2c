"""Trends of a day to a month go on."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class TimeSeriesMomentum:
    """Mean of T(r_k / (sigma sqrt(k))) over 24, 72, 168 and 672 h (Moskowitz, Ooi and Pedersen 2012)."""

    spec = SignalSpec(
        "pa_tsmom",
        Category.PRICE_ACTION,
        ("return_168h_over_vol", "return_24h_over_vol", "return_672h_over_vol", "return_72h_over_vol"),
        horizon_hours=24.0,
    )

    def votes(self, features: FeatureBlock) -> Floats:
        """With the trends."""
        return (
            squash(features.feature("return_24h_over_vol"))
            + squash(features.feature("return_72h_over_vol"))
            + squash(features.feature("return_168h_over_vol"))
            + squash(features.feature("return_672h_over_vol"))
        ) / 4.0


plugin = TimeSeriesMomentum()
