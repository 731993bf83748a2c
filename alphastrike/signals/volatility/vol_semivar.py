"""Upward and downward variance out of balance are corrected."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class SignedVariance:
    """-T(2 (RS+ - RS-) / RV) over 24 h (Bollerslev, Li and Zhao 2020)."""

    spec = SignalSpec("vol_semivar", Category.VOLATILITY, ("semivariance_24h",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Against the side whose moves made the variance."""
        return squash(features.feature("semivariance_24h"), -2.0)


plugin = SignedVariance()
