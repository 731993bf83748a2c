"""A fast average above a slow one."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class AverageGap:
    """T((EMA of 12 h - EMA of 48 h) / average true range)."""

    spec = SignalSpec("pa_ema", Category.PRICE_ACTION, ("ema_gap_over_atr",), horizon_hours=12.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the fast average."""
        return squash(features.feature("ema_gap_over_atr"), 1.0)


plugin = AverageGap()
