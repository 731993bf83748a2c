"""Prices pushed back from one side."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class WickRejection:
    """T(3 · 3 h average of (lower - upper wick) / range)."""

    spec = SignalSpec("pa_wick", Category.PRICE_ACTION, ("wick_balance_3h",), horizon_hours=4.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """Away from the longer wick."""
        return squash(features.feature("wick_balance_3h"), 3.0)


plugin = WickRejection()
