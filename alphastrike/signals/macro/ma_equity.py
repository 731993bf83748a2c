"""Appetite for risk spills over from shares."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class EquityMood:
    """T(z over 252 sessions) of the last session's return, known for 24 h after it."""

    spec = SignalSpec("ma_equity", Category.MACRO, ("equity_z_252d",), horizon_hours=24.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the last session; abstains on weekends."""
        return squash(features.feature("equity_z_252d"), 1.0)


plugin = EquityMood()
