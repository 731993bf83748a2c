"""Accumulation: closes near the high on volume."""

from alphastrike.domain.blocks import FeatureBlock, Floats
from alphastrike.domain.plugins import Category, SignalSpec
from alphastrike.numerics.squash import squash


class MoneyFlow:
    """T(2.5 CMF) over 20 h (Chaikin)."""

    spec = SignalSpec("of_cmf", Category.ORDER_FLOW, ("cmf_20h",), horizon_hours=12.0)

    def votes(self, features: FeatureBlock) -> Floats:
        """With the flow of money."""
        return squash(features.feature("cmf_20h"), 2.5)


plugin = MoneyFlow()
